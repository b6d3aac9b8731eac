package transport

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxBatch bounds a batch's messages; they run one after the other.
const maxBatch = 50

// batch answers each message of an array in order, the next when one has ended,
// so that calls on one session keep their order. who gives each its sender. It
// returns what answer does.
func (h *hub) batch(ctx context.Context, raw []byte, who func() sender) (answer any, written func()) {
	parts, refused := split(raw)
	if refused != nil {
		return *refused, func() {}
	}
	var answers []any
	var all []func()
	for _, part := range parts {
		one, written := h.batched(ctx, who(), part)
		if all = append(all, written); one != nil {
			answers = append(answers, one)
		}
	}
	written = func() {
		for _, w := range all {
			w()
		}
	}
	if answers == nil {
		return nil, written
	}
	return answers, written
}

func (h *hub) batched(ctx context.Context, from sender, raw []byte) (any, func()) {
	m, refused := parse(raw)
	if refused != nil {
		return *refused, func() {}
	}
	return h.answer(ctx, from, m)
}

// split takes an array apart, and no further than maxBatch.
func split(raw []byte) ([]json.RawMessage, *mcp.JSONRPCError) {
	if !json.Valid(raw) {
		return nil, refuse(nil, mcp.PARSE_ERROR, "the batch is not valid JSON")
	}
	var parts []json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token() // the bracket
	for decoder.More() {
		var part json.RawMessage
		if err := decoder.Decode(&part); err != nil {
			return nil, unreadable(err)
		}
		if parts = append(parts, part); len(parts) > maxBatch {
			return nil, refuse(nil, mcp.INVALID_REQUEST, "a batch may have at most %d messages: send more than one", maxBatch)
		}
	}
	if len(parts) == 0 {
		return nil, refuse(nil, mcp.INVALID_REQUEST, "the batch is empty")
	}
	return parts, nil
}
