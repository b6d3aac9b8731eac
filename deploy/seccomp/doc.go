// Package seccomp derives the sandbox's system call filter, deploy/seccomp.json,
// from the engine's default profile, so that each difference is a line with a
// reason and an update of the default is a diff to review. Nothing of it is in
// the server: that embeds the JSON.
//
// After a change: go test ./deploy/seccomp -update
package seccomp
