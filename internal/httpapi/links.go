package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"power-interpreter/orchestrator"
)

const (
	// getTime and putTime are how long a link holds: a download for a day, as
	// replies are read again; an upload for an hour, as it is asked for.
	getTime = 24 * time.Hour
	putTime = time.Hour
	// step rounds the end of a download's link up: within it, the same file has
	// the same link in every reply.
	step = time.Hour
	// linkLabel keeps other uses of the data folder's secret apart.
	linkLabel = "power-interpreter file link 2"
)

// The parameters of a link's query.
const (
	linkExpires   = "expires" // seconds since 1970
	linkSignature = "signature"
)

// Links signs links to files and knows its own. A link lets its bearer read, or
// write, one file of one session until it expires; no key is in it. What is
// signed holds the session's nonce, so that a link dies with its session.
type Links struct {
	secret []byte
	base   string
}

// NewLinks returns links under publicURL, none where that is empty. With the
// same secret they outlive a restart.
func NewLinks(secret []byte, publicURL string) *Links {
	return &Links{secret: secret, base: strings.TrimSuffix(publicURL, "/")}
}

// Get is a link by which a file is read; path is relative to its session's folder.
func (l *Links) Get(ref orchestrator.Ref, nonce, path string) string {
	return l.link(http.MethodGet, ref, nonce, path, time.Now().Add(getTime+step-1).Truncate(step))
}

// Put is a link by which a file is written.
func (l *Links) Put(ref orchestrator.Ref, nonce, path string) string {
	return l.link(http.MethodPut, ref, nonce, path, time.Now().Add(putTime))
}

func (l *Links) link(method string, ref orchestrator.Ref, nonce, path string, end time.Time) string {
	if l.base == "" || nonce == "" {
		return ""
	}
	expires := strconv.FormatInt(end.Unix(), 10)
	query := url.Values{linkExpires: {expires}, linkSignature: {l.sign(method, ref, nonce, path, expires)}}
	return l.base + FilePath(ref.ID, path) + "?" + query.Encode()
}

// FilePath is where a file is served, escaped; path is relative to its session's folder.
func FilePath(session, path string) string {
	return (&url.URL{Path: filesPrefix + session + "/" + path}).EscapedPath()
}

// half is the length of each of a signature's two parts, in bytes: 128 bits,
// which nobody guesses.
const half = sha256.Size / 2

// sign returns a signature. Its first part is of the file, by which a link that
// is not ours is known without asking after a session; its second of the session
// too.
func (l *Links) sign(method string, ref orchestrator.Ref, nonce, path, expires string) string {
	file := l.mac(method, ref, path, expires)
	session := l.mac(method, ref, path, expires, nonce)
	return base64.RawURLEncoding.EncodeToString(append(file[:half:half], session[:half]...))
}

// mac is over each part with its length, so that no two links say the same.
func (l *Links) mac(method string, ref orchestrator.Ref, more ...string) []byte {
	mac := hmac.New(sha256.New, l.secret)
	for _, part := range append([]string{linkLabel, method, ref.Owner, ref.ID}, more...) {
		mac.Write(binary.AppendUvarint(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// signed is what a request brought as a link.
type signed struct {
	method, expires, signature string
}

// signedBy returns the request's link; ok is false for one that has none.
func signedBy(r *http.Request) (s signed, ok bool) {
	q := r.URL.Query()
	if !q.Has(linkSignature) {
		return s, false
	}
	s = signed{r.Method, q.Get(linkExpires), q.Get(linkSignature)}
	if s.method == http.MethodHead {
		s.method = http.MethodGet
	}
	return s, true
}

// made says whether the link is one of ours for that file, of this session of
// that id or of one before it. It takes as long whatever was sent.
func (l *Links) made(s signed, ref orchestrator.Ref, path string) bool {
	given, err := base64.RawURLEncoding.DecodeString(s.signature)
	return err == nil && len(given) == 2*half && hmac.Equal(given[:half], l.mac(s.method, ref, path, s.expires)[:half])
}

// holds says whether the link is for that file of the session; an empty nonce
// is no session's. It takes as long whatever was sent.
func (l *Links) holds(s signed, ref orchestrator.Ref, nonce, path string) bool {
	right := l.sign(s.method, ref, nonce, path, s.expires)
	return hmac.Equal([]byte(right), []byte(s.signature)) && nonce != ""
}

// expired is asked of a link that holds.
func (s signed) expired(now time.Time) bool {
	end, err := strconv.ParseInt(s.expires, 10, 64)
	return err != nil || now.Unix() >= end
}
