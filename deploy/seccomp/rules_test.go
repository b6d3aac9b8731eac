package seccomp_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	moby "github.com/moby/profiles/seccomp"

	"power-interpreter/deploy/seccomp"
)

// byName maps each system call to its rules in words, conditions included.
func byName(profile *moby.Seccomp) map[string][]string {
	rules := map[string][]string{}
	for _, rule := range profile.Syscalls {
		for _, name := range rule.Names {
			rules[name] = append(rules[name], words(rule))
		}
	}
	return rules
}

func words(rule *moby.Syscall) string {
	parts := []string{strings.ToLower(strings.TrimPrefix(string(rule.Action), "SCMP_ACT_"))}
	if rule.ErrnoRet != nil {
		parts = append(parts, fmt.Sprint(*rule.ErrnoRet))
	}
	for _, arg := range rule.Args {
		op := strings.TrimPrefix(string(arg.Op), "SCMP_CMP_")
		parts = append(parts, fmt.Sprintf("arg%d %s %#x %#x", arg.Index, op, arg.Value, arg.ValueTwo))
	}
	parts = append(parts, condition("with", rule.Includes), condition("without", rule.Excludes))
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " ")
}

func condition(word string, filter *moby.Filter) string {
	if filter == nil {
		return ""
	}
	needs := slices.Concat(filter.Caps, filter.Arches)
	if filter.MinKernel != nil {
		needs = append(needs, "kernel "+filter.MinKernel.String())
	}
	return fmt.Sprintf("(%s %s)", word, strings.Join(needs, ", "))
}

func text(rules []string) string {
	if len(rules) == 0 {
		return "EPERM"
	}
	return strings.Join(rules, "; ")
}

func sortedNames(profiles ...map[string][]string) []string {
	names := map[string]bool{}
	for _, profile := range profiles {
		for name := range profile {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// listed maps each call of the package's lists to its reason.
func listed() map[string]string {
	reasons := map[string]string{}
	for _, removal := range seccomp.Removed() {
		for _, name := range removal.Names {
			reasons[name] = removal.Reason
		}
	}
	for _, narrowing := range seccomp.Narrowed() {
		reasons[narrowing.Name] = narrowing.Reason
	}
	return reasons
}

// reasonFor is the list's reason, or that the default's own condition can
// never hold, or always holds, for a sandbox.
func reasonFor(name string, before []string) string {
	if reason := listed()[name]; reason != "" {
		return reason
	}
	conditions := strings.Join(before, " ")
	switch {
	case strings.Contains(conditions, "CAP_"):
		return "a sandbox has no capability"
	case strings.Contains(conditions, "(with"):
		return "of another architecture"
	}
	return ""
}
