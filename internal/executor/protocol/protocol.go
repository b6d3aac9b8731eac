// Package protocol is what the front and the executor say to each other over
// HTTP: paths, headers, requests, events and their bounds. Both sides use it.
//
// A call is a POST. Its answer is a line of JSON for each event, an empty line
// for a sign of life, and Done at the end. A file comes as it is.
package protocol

import "time"

// Version is that of the protocol. Whatever one side could misread of the other
// makes a new one: the two sides must speak the same.
const Version = "1"

// Prefix is what the path of everything begins with. It stays in later
// versions, so that each can tell the other by the headers of its answer.
const Prefix = "/executor/"

// Path is where a method is called.
func Path(m Method) string { return Prefix + Version + "/" + string(m) }

// Headers. Every request and every answer bears the version; no page of a
// browser can send it to another origin unasked.
const (
	HeaderVersion = "Power-Interpreter-Executor"
	// HeaderCall names a call, so that MethodEnd can.
	HeaderCall = "Power-Interpreter-Call"
	// HeaderFile is the Artifact of a file that is sent, as base64url of JSON.
	HeaderFile = "Power-Interpreter-File"
	// HeaderTag is the file's entity tag, and of a request the one it must have.
	HeaderTag = "Power-Interpreter-Tag"
	// HeaderFault is a request's trailer: an Error, as JSON, for which the content
	// ended before its end. Without one the content is whole.
	HeaderFault = "Power-Interpreter-Fault"
)

// Method is what can be called.
type Method string

// The methods: those of orchestrator.Service, and two of the protocol's own.
const (
	MethodHello Method = "hello" // GET: a Hello
	MethodEnd   Method = "end"   // ends another call under way; see Ending

	MethodExecute    Method = "execute"
	MethodSubmit     Method = "submit"
	MethodJob        Method = "job"
	MethodCancelJob  Method = "cancel_job"
	MethodLoad       Method = "load"
	MethodQuery      Method = "query"
	MethodDatasets   Method = "datasets"
	MethodFetch      Method = "fetch"
	MethodUpload     Method = "upload"      // arguments in the query, content as the body
	MethodUploadPart Method = "upload_part" // likewise
	MethodOpen       Method = "open"        // GET, arguments in the query
	MethodFiles      Method = "files"
	MethodNonce      Method = "nonce"
	MethodCreate     Method = "create"
	MethodReset      Method = "reset"
	MethodDelete     Method = "delete"
	MethodSessions   Method = "sessions"
	MethodNotices    Method = "notices"
	MethodHealth     Method = "health"

	// Those of orchestrator.Administration.
	MethodOverview  Method = "overview"
	MethodInspect   Method = "inspect"
	MethodIntervene Method = "intervene"
	MethodFigures   Method = "figures"
)

const (
	// Beat is how long a call says nothing before it gives a sign of life, and
	// Silence how long the other side waits for one: a few beats, as a busy
	// machine may be late with some.
	Beat    = 2 * time.Second
	Silence = 10 * time.Second

	// MaxRequest bounds the arguments of a call in bytes: code of
	// orchestrator.MaxCode, each byte of which may take six in JSON.
	MaxRequest = 8 << 20
	// MaxEvent bounds an event in bytes: the pictures of a reply, in base64.
	MaxEvent = 64 << 20
	// MaxRefusal bounds the body of an answer that is no call's, in bytes.
	MaxRefusal = 64 << 10
)
