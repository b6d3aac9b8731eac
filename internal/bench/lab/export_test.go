package lab

// ServerOf is a server that was not started by this program.
func ServerOf(e *Engine, data string) *Server { return &Server{engine: e, Data: data} }
