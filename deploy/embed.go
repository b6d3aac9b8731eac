// Package deploy holds what is shipped beside the program, for the parts of it
// that the program itself sends to the engine.
package deploy

import _ "embed"

// SeccompProfile is the sandbox's system call filter in the engine's JSON
// form. The package deploy/seccomp derives it from the engine's default.
//
//go:embed seccomp.json
var SeccompProfile string
