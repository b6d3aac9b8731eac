package mcptool

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"power-interpreter/orchestrator"
)

const (
	// heartbeat is how long a client with a progress token hears nothing at
	// most: well below the minute after which clients give a call up.
	heartbeat = 10 * time.Second
	// progressGap is the least time between two messages: a person reads no
	// faster, and a client's queue holds a hundred.
	progressGap = 250 * time.Millisecond
	// maxMessage bounds one message in bytes; the reply has all of it anyway.
	maxMessage = 2 << 10
)

// progress tells a client that waits what its call does. It owns a goroutine
// from startProgress to stop. A nil one tells nothing.
type progress struct {
	send  func(n int, message string)
	began time.Time
	fresh chan struct{} // holds one while there may be news
	quit  chan struct{}
	done  chan struct{}

	mu   sync.Mutex
	news news
}

// startProgress returns the progress of a call, nil where the client sent no
// token or cannot be sent to.
func startProgress(ctx context.Context, srv *server.MCPServer, meta *mcp.Meta) *progress {
	client := server.ClientSessionFromContext(ctx)
	if meta == nil || meta.ProgressToken == nil || client == nil || !client.Initialized() {
		return nil
	}
	p := &progress{
		began: time.Now(),
		fresh: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
		send: func(n int, message string) {
			// It never blocks; a client that reads too slowly misses some,
			// and the reply has it all.
			_ = srv.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{
				"progressToken": meta.ProgressToken, "progress": n, "message": message,
			})
		},
	}
	go p.run()
	return p
}

// stop ends it: when it returns, nothing more is sent.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.quit)
	<-p.done
}

// write takes new output. It does not block.
func (p *progress) write(out orchestrator.Output) {
	p.mu.Lock()
	p.news.add(out)
	p.mu.Unlock()
	select {
	case p.fresh <- struct{}{}:
	default:
	}
}

func (p *progress) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.ToValidUTF8(p.news.take(), "")
}

func (p *progress) run() {
	defer close(p.done)
	beat := time.NewTimer(heartbeat)
	defer beat.Stop()
	for n := 1; ; n++ { // a client may take only numbers that rise
		var message string
		select {
		case <-p.quit:
			return
		case <-p.fresh:
			message = p.take()
		case <-beat.C:
			message = fmt.Sprintf("nothing new; %s since the call", span(time.Since(p.began).Round(time.Second)))
		}
		if message == "" { // taken with what came before it, or nothing to see
			continue
		}
		p.send(n, message)
		beat.Reset(heartbeat)
		select {
		case <-p.quit:
			return
		case <-time.After(progressGap):
		}
	}
}

// watch is write for a service, nil for a nil progress.
func (p *progress) watch() func(orchestrator.Output) {
	if p == nil {
		return nil
	}
	return p.write
}
