package seccomp

import (
	"encoding/json"
	"slices"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// Derive returns the engine's default profile as it applies to a sandbox,
// which has no capability, less what Removed and Narrowed name.
func Derive() *moby.Seccomp {
	profile := moby.DefaultProfile()
	profile.ArchMap = architectures()
	var rules []*moby.Syscall
	for _, rule := range profile.Syscalls {
		if applies(rule) {
			rules = append(rules, unconditional(rule))
		}
	}
	for _, narrowed := range Narrowed() {
		rules = append(rules, narrowed.rules()...)
	}
	profile.Syscalls = slices.DeleteFunc(rules, func(rule *moby.Syscall) bool { return len(rule.Names) == 0 })
	return profile
}

// JSON returns the profile as deploy/seccomp.json has it.
func JSON() ([]byte, error) {
	text, err := json.MarshalIndent(Derive(), "", "\t")
	return append(text, '\n'), err
}

// architectures are those that the image is built for, each without its 32-bit
// relatives: their calls are a second door into the kernel that nothing in the
// image uses, and their socketcall and ipc hide the arguments that we filter.
func architectures() []moby.Architecture {
	return []moby.Architecture{{Arch: specs.ArchX86_64}, {Arch: specs.ArchAARCH64}}
}

// applies reports whether a rule of the default can match in a sandbox: one of
// our architectures, and no capability.
func applies(rule *moby.Syscall) bool {
	if rule.Includes == nil {
		return true
	}
	ours := func(arch string) bool { return arch == "amd64" || arch == "arm64" }
	foreign := len(rule.Includes.Arches) > 0 && !slices.ContainsFunc(rule.Includes.Arches, ours)
	return len(rule.Includes.Caps) == 0 && !foreign
}

// unconditional returns the rule without the names that our own lists cover,
// and without conditions that always hold for a sandbox: exclusions of
// capabilities and of other architectures.
func unconditional(rule *moby.Syscall) *moby.Syscall {
	kept := *rule
	kept.Excludes = nil
	kept.Names = slices.DeleteFunc(slices.Clone(rule.Names), func(name string) bool {
		_, gone := covered()[name]
		return gone
	})
	return &kept
}

// covered maps each system call of Removed and Narrowed to the reason.
func covered() map[string]string {
	reasons := map[string]string{}
	for _, removed := range Removed() {
		for _, name := range removed.Names {
			reasons[name] = removed.Reason
		}
	}
	for _, narrowed := range Narrowed() {
		reasons[narrowed.Name] = narrowed.Reason
	}
	return reasons
}
