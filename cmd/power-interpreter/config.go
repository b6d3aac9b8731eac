package main

import (
	"fmt"
	"os"

	"power-interpreter/internal/config"
)

type configCommand struct {
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints the settings in force. Settings that are refused are printed all
// the same, and are an error at the end.
func (o configCommand) Run(c *config.Config) error {
	refused := c.Check()
	misspelt := c.FindMisspelt(os.Environ())
	if o.JSON {
		if err := config.JSON(os.Stdout, c.Settings(), misspelt); err != nil {
			return err
		}
		return refused
	}
	if err := config.Table(os.Stdout, c.Settings()); err != nil {
		return err
	}
	for _, m := range misspelt {
		fmt.Fprintf(os.Stderr, "%s is unknown: did you mean %s?\n", m.Name, m.Near)
	}
	return refused
}
