package transport

import (
	"mime"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	typeJSON   = "application/json"
	typeEvents = "text/event-stream"
)

// accepts says whether a client takes answers of a media type. One that says
// nothing takes all.
func accepts(r *http.Request, media string) bool {
	values := r.Header.Values("Accept")
	if len(values) == 0 {
		return true
	}
	group, _, _ := strings.Cut(media, "/")
	for _, item := range strings.Split(strings.Join(values, ","), ",") {
		name, params, _ := mime.ParseMediaType(item)
		if refused := strings.Trim(params["q"], "0.") == "" && params["q"] != ""; refused {
			continue
		}
		if name == media || name == group+"/*" || name == "*/*" {
			return true
		}
	}
	return false
}

// isJSON refuses a body that does not say that it is JSON, and one that is packed.
func isJSON(r *http.Request) (int, *mcp.JSONRPCError) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != typeJSON {
		return http.StatusUnsupportedMediaType, refuse(nil, mcp.INVALID_REQUEST, "send the message with Content-Type: application/json")
	}
	if packed := r.Header.Get("Content-Encoding"); packed != "" && packed != "identity" {
		return http.StatusUnsupportedMediaType, refuse(nil, mcp.INVALID_REQUEST, "send the message without Content-Encoding")
	}
	return 0, nil
}
