package mcptool

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"

	"power-interpreter/orchestrator"
)

const (
	// maxPicture bounds an image block in bytes: as base64 it stays below the
	// 5 MB that model APIs take, and far below for most.
	maxPicture = 3 << 20
	// maxPictureEdge bounds a PNG in pixels: model APIs refuse a call with a
	// larger one in it, and with it the whole conversation.
	maxPictureEdge = 8000
	// maxEmbedded bounds what is embedded as base64, in bytes.
	maxEmbedded = 8 << 20
)

// pictures are the image types that clients show to a model.
var pictures = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// file renders an open file of the session, by what is in it: a file of a
// sandbox may have any name.
func (c *call) file(ref orchestrator.Ref, f orchestrator.Content) (reply, error) {
	data, err := c.read(f)
	if err != nil {
		return reply{}, orchestrator.Hide(orchestrator.CodeUnavailable, err, "the file could not be read to its end; try again")
	}
	r := reply{record: c.recordOf(orchestrator.Execution{Session: ref, Status: orchestrator.StatusCompleted})}
	r.record.Files = append(r.record.Files, c.fileRecord(ref, f.Artifact))
	whole := len(data) <= maxEmbedded
	switch sniffed := http.DetectContentType(data); {
	case pictures[sniffed] && whole && showable(data):
		r.blocks = append(r.blocks, image(data, sniffed))
	case readable(f.MIME) && isText(data):
		r.blocks = c.textBlocks(ref, f.Artifact, data)
	case whole:
		why := ""
		if pictures[sniffed] {
			why = "; too large a picture to be shown"
		} else if readable(f.MIME) {
			why = "; not UTF-8"
		}
		r.text = fmt.Sprintf("%s (%s, %s), embedded as base64%s.", oneLine(inCode(ref.ID, f.Path)), size(f.Size), f.MIME, why)
		r.blocks = append(r.blocks, mcp.NewEmbeddedResource(mcp.BlobResourceContents{
			URI: fileURI(ref, f.Path), MIMEType: f.MIME, Blob: base64.StdEncoding.EncodeToString(data),
		}))
	default:
		r.text, r.blocks = c.tooLarge(ref, f.Artifact)
	}
	return r, nil
}

// read returns the start of a text, as far as any of it is shown, and of
// anything else all of it, or more than maxEmbedded.
func (c *call) read(f orchestrator.Content) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, int64(c.settings.MaxOutputChars)*utf8.UTFMax))
	if err != nil || readable(f.MIME) && isText(data) {
		return data, err
	}
	rest, err := io.ReadAll(io.LimitReader(f, int64(max(maxEmbedded+1-len(data), 0))))
	return append(data, rest...), err
}

// textBlocks is a text as it is, or its head and what to do for the rest.
func (c *call) textBlocks(ref orchestrator.Ref, f orchestrator.Artifact, data []byte) []mcp.Content {
	text := string(data)
	head := first(text, c.settings.MaxOutputChars)
	switch {
	case len(data) == 0:
		head = "(the file is empty)"
	case int64(len(head)) < f.Size:
		head = strings.ToValidUTF8(head, "") // the bound may have split a character
		rest := fmt.Sprintf("[cut: these are the first %s of %s; read the rest in execute_code, from %s]%s",
			plural(int64(len(head)), "byte"), plural(f.Size, "byte"), oneLine(inCode(ref.ID, f.Path)), c.linked(ref, f.Path))
		return []mcp.Content{mcp.NewTextContent(head), mcp.NewTextContent(rest)}
	}
	return []mcp.Content{mcp.NewTextContent(head)}
}

// tooLarge is for what is not sent: a link where there is one, and the way to it.
func (c *call) tooLarge(ref orchestrator.Ref, f orchestrator.Artifact) (string, []mcp.Content) {
	where := fmt.Sprintf("%s (%s, %s) is larger than the %s that are sent in a reply.",
		oneLine(inCode(ref.ID, f.Path)), size(f.Size), f.MIME, brief(maxEmbedded))
	if link := c.link(ref, f.Path); link != "" {
		block := mcp.NewResourceLink(link, f.Path, "", f.MIME)
		block.Size = &f.Size
		return where + " Download it from " + link, []mcp.Content{block}
	}
	escaped := (&url.URL{Path: "/files/" + ref.ID + "/" + f.Path}).EscapedPath()
	return where + " Work with it in execute_code (read a part, convert it, make a smaller one); a person gets it by GET " +
		escaped + " from this server, with the same key.", nil
}

// fileURI names a file as the sandbox sees it (RFC 8089).
func fileURI(ref orchestrator.Ref, file string) string {
	return (&url.URL{Scheme: "file", Path: inCode(ref.ID, file)}).String()
}

// readable says whether a MIME type is of text.
func readable(kind string) bool {
	kind, _, _ = mime.ParseMediaType(kind)
	switch {
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "+json"), strings.HasSuffix(kind, "+xml"):
		return true
	}
	switch kind {
	case "application/json", "application/jsonl", "application/xml", "application/yaml", "application/sql":
		return true
	}
	return false
}

// isText says whether data is UTF-8 without NUL, but for a last character that
// a bound may have split.
func isText(data []byte) bool {
	for range utf8.UTFMax {
		if utf8.Valid(data) {
			return bytes.IndexByte(data, 0) < 0
		}
		if len(data) > 0 {
			data = data[:len(data)-1]
		}
	}
	return false
}

// showable keeps pictures from clients that a model's API would refuse. The
// width and height of a PNG stand in its header (PNG specification, 11.2.1);
// nothing of a sandbox's is decoded.
func showable(data []byte) bool {
	if len(data) > maxPicture {
		return false
	}
	if !bytes.HasPrefix(data, []byte("\x89PNG")) {
		return true
	}
	if len(data) < 24 {
		return false
	}
	return max(binary.BigEndian.Uint32(data[16:]), binary.BigEndian.Uint32(data[20:])) <= maxPictureEdge
}
