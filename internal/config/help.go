package config

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// describe is a flag's help, with the setting's name in the environment.
func describe(v *kong.Value) string {
	env := v.Tag.Get("env")
	if env == "" {
		return v.Help
	}
	return strings.TrimSuffix(v.Help, ".") + " (" + env + ")."
}

// concerned shows of the settings those that concern the command: the groups
// that its concerns tag, or its parent's, names; "none"; or all where there is
// no such tag.
func concerned(options kong.HelpOptions, ctx *kong.Context) error {
	for node := ctx.Selected(); node != nil; node = node.Parent {
		if node.Tag != nil && node.Tag.Has("concerns") {
			hideBut(ctx.Model.Flags, strings.Fields(node.Tag.Get("concerns")))
			break
		}
	}
	return kong.DefaultHelpPrinter(options, ctx)
}

func hideBut(flags []*kong.Flag, shown []string) {
	for _, flag := range flags {
		if flag.Group != nil && !slices.Contains(shown, flag.Group.Key) {
			flag.Hidden = true
		}
	}
}
