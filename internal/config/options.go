package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// groups are the headings of --help, by the group tags of Config.
var groups = []kong.Group{
	{Key: "serving", Title: "Serving:"},
	{Key: "keys", Title: "Keys, who may come in:"},
	{Key: "executor", Title: "Executor, where sandboxes are elsewhere:"},
	{Key: "sandboxes", Title: "Sandboxes, how many and of what:"},
	{Key: "limits", Title: "Limits of each sandbox:"},
	{Key: "files", Title: "Files:"},
	{Key: "calls", Title: "Calls and replies:"},
}

// Options make kong read the settings of this Config: from flags, else from the
// environment that lookup looks into (as os.LookupEnv). A value there is taken
// without the blanks around it, and an empty one is none. One that cannot be
// read is Check's to refuse: a command that needs no settings runs all the same.
func (c *Config) Options(lookup func(name string) (string, bool)) []kong.Option {
	return []kong.Option{
		kong.ExplicitGroups(groups),
		kong.ValueFormatter(describe),
		kong.Help(concerned),
		kong.PostBuild(c.own),
		kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
			text, ok := lookup(flag.Tag.Get("env"))
			if text = strings.TrimSpace(text); !ok || text == "" || flag.Tag.Get("env") == "" {
				return nil, nil
			}
			return c.take(flag, text), nil
		})),
	}
}

// take tries a value of the environment, and returns nil for one that is refused.
func (c *Config) take(flag *kong.Flag, text string) any {
	name, scratch := flag.Tag.Get("env"), reflect.New(flag.Target.Type()).Elem()
	scan := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text})
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, scratch); err != nil {
		c.refused = append(c.refused, fmt.Errorf("%s: %w", name, err))
		return nil
	}
	c.arose(name, Environment)
	return text
}

// own takes the environment out of kong's hands, whose errors repeat values,
// and has the settings' own words said of what cannot be read.
func (c *Config) own(k *kong.Kong) error {
	known := map[string]field{}
	for _, f := range c.fields() {
		known[f.name] = f
	}
	for _, flag := range k.Model.Flags {
		if f, ours := known[flag.Tag.Get("env")]; ours {
			flag.Tag.Envs = nil
			flag.Mapper = explained{flag.Mapper, f}
		}
	}
	return nil
}

// explained is a setting's mapper, with errors that say what is allowed.
type explained struct {
	kong.Mapper
	field field
}

func (e explained) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	text := fmt.Sprint(ctx.Scan.Peek().Value)
	if err := e.Mapper.Decode(ctx, target); err != nil {
		return e.field.unread(text, err)
	}
	return nil
}
