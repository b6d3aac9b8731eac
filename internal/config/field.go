package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
)

// field is one setting, as its tags describe it.
type field struct {
	name, group, def    string
	least, most, secret string
	value               reflect.Value
}

// fields lists the settings in the order of the struct.
func (c *Config) fields() []field {
	var all []field
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name := tag.Get("env")
		if name == "" {
			continue
		}
		all = append(all, field{
			name: name, group: tag.Get("group"), def: tag.Get("default"),
			least: tag.Get("least"), most: tag.Get("most"), secret: tag.Get("secret"),
			value: v.Field(i),
		})
	}
	return all
}

// bounds refuses a number outside of what its tags allow.
func (f field) bounds(c *Config) error {
	got, isNumber := number(f.value)
	if !isNumber || f.least == "" && f.most == "" {
		return nil
	}
	within := true // NaN is not
	if f.least != "" {
		within = got >= f.bound(f.least)
	}
	if f.most != "" {
		within = within && got <= f.bound(f.most)
	}
	if within {
		return nil
	}
	return fmt.Errorf("%s is %v; %s", c.called(f.name), f.value.Interface(), f.allowed())
}

// allowed says in words what the tags allow.
func (f field) allowed() string {
	switch {
	case f.most != "":
		return "allowed is " + f.least + " to " + f.most
	case f.least != "":
		return "allowed is " + f.least + " and more"
	}
	return ""
}

// bound reads a bound as the setting itself is read. Whoever writes one that
// cannot be read finds out in the tests: 0 is never such a bound.
func (f field) bound(text string) float64 {
	v := reflect.New(f.value.Type())
	if reads, ok := v.Interface().(encoding.TextUnmarshaler); ok {
		if err := reads.UnmarshalText([]byte(text)); err != nil {
			panic(err)
		}
		n, _ := number(v.Elem())
		return n
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func number(v reflect.Value) (float64, bool) {
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

// unread says why a text is no value of the setting, and what would be. It
// never repeats a secret.
func (f field) unread(text string, cause error) error {
	switch {
	case f.secret != "":
		return fmt.Errorf("the value cannot be read")
	case f.value.Kind() == reflect.Bool:
		return fmt.Errorf("%q is neither true nor false", mask(text))
	case f.isPlain():
		return fmt.Errorf("%q is no %s; %s", mask(text), f.kind(), f.allowed())
	}
	return cause
}

func (f field) kind() string {
	if f.value.CanInt() {
		return "whole number"
	}
	return "number"
}

// isPlain reports whether the setting is a number without a unit.
func (f field) isPlain() bool {
	_, isNumber := number(f.value)
	_, reads := f.value.Addr().Interface().(encoding.TextUnmarshaler)
	return isNumber && !reads
}
