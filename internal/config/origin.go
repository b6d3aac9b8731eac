package config

import "github.com/alecthomas/kong"

// Origin says where a setting's value came from.
type Origin string

// The origins. A value that Check lowered to the host's share came from there.
const (
	Default     Origin = "default"
	Environment Origin = "environment"
	Flag        Origin = "flag"
	HostShare   Origin = "the host's share"
)

// From is where the setting of that environment name got its value.
func (c *Config) From(name string) Origin {
	if origin, known := c.origins[name]; known {
		return origin
	}
	return Default
}

// called is the name under which a person gave a setting: its flag, if it came
// from there, else its name in the environment.
func (c *Config) called(name string) string {
	if flag, given := c.flags[name]; given {
		return "--" + flag
	}
	return name
}

func (c *Config) arose(name string, from Origin) {
	if c.origins == nil {
		c.origins = map[string]Origin{}
	}
	c.origins[name] = from
}

// AfterApply is kong's hook: what it took from the command line came by flag.
func (c *Config) AfterApply(command *kong.Context) error {
	c.flags = map[string]string{}
	for _, path := range command.Path {
		if path.Flag == nil || path.Resolved {
			continue
		}
		if name := path.Flag.Tag.Get("env"); name != "" {
			c.arose(name, Flag)
			c.flags[name] = path.Flag.Name
		}
	}
	return nil
}
