package doctor

// What reads the kernel's tables, for its tests.
var (
	MountOf  = mountOf
	HolderIn = holderIn
	LookHost = lookHost
)

// Bounded is the guard before what may hang in the kernel.
var Bounded = bounded[int]
