module power-interpreter

go 1.26

require (
	github.com/docker/docker v28.5.2+incompatible // indirect
	github.com/moby/profiles/seccomp v0.3.0 // indirect
	github.com/opencontainers/runtime-spec v1.2.1 // indirect
	go.uber.org/goleak v1.3.0 // indirect
	golang.org/x/sys v0.33.0 // indirect
	pgregory.net/rapid v1.2.0 // indirect
)
