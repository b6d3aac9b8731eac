package mcptool

import (
	"bytes"
	"context"
	"encoding/base64"
	"math"
	"strings"

	"power-interpreter/orchestrator"
)

type uploadFileArgs struct {
	filename, session string
	content           []byte
}

func uploadFile(told orchestrator.Settings) tool {
	t := define(tool{
		name:   "upload_file",
		about:  "Write a file into the session's folder. Answers with the path to use in code. Large files: fetch_from_url.",
		hints:  hints{destructive: true, idempotent: true},
		output: savedSchema,
	}, told, func(a *uploadFileArgs, _ orchestrator.Settings) []param {
		return []param{
			text("filename", "", &a.filename, maxShort, "").must(),
			{name: "content_base64", about: "The file's bytes, base64.", kind: "string", required: true, take: a.decode},
			sessionID(&a.session),
		}
	}, runUploadFile)
	run := t.run
	t.run = func(ctx context.Context, c *call, given map[string]any) (reply, error) {
		r, err := run(ctx, c, given)
		return r, c.offerPut(ctx, err, given)
	}
	return t
}

// offerPut adds, to the refusal of a call that came without its content, how the
// file can be sent without a model's having to write it.
func (c *call) offerPut(ctx context.Context, err error, given map[string]any) error {
	if err == nil || given["content_base64"] != nil {
		return err
	}
	var a uploadFileArgs
	for _, p := range []param{text("filename", "", &a.filename, maxShort, ""), sessionID(&a.session)} {
		if value := given[p.name]; value != nil && p.take(value) != nil {
			return err
		}
	}
	ref, wrong := c.on(a.session)
	if wrong != nil || a.filename == "" {
		return err
	}
	e := orchestrator.AsError(err)
	if to := c.uploadTo(ctx, ref, a.filename); to != "" {
		return orchestrator.Hide(e.Code, e.Err, "%s. To send the file over HTTP instead: %s", e.Message, to)
	}
	return err
}

// decode takes base64 as it comes: with or without padding, of either
// alphabet, broken into lines, as a data URL. The empty string is an empty
// file. Its length is bounded by the message it came in.
func (a *uploadFileArgs) decode(v any) error {
	s, err := asText("content_base64", v, math.MaxInt, "")
	if err != nil {
		return err
	}
	if strings.HasPrefix(s, "data:") {
		_, s, _ = strings.Cut(s, ",")
	}
	s = strings.NewReplacer("\n", "", "\r", "", "\t", "", " ", "", "-", "+", "_", "/").Replace(s)
	if a.content, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")); err != nil {
		return orchestrator.Errorf(orchestrator.CodeInvalid,
			"content_base64 is not base64; send the file's bytes encoded (text too), all of them in one argument")
	}
	return nil
}

func runUploadFile(ctx context.Context, c *call, a uploadFileArgs) (reply, error) {
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	if most := c.settings.MaxUpload; most > 0 && int64(len(a.content)) > most {
		return reply{}, orchestrator.Errorf(orchestrator.CodeTooLarge, "the file is %s; at most %s are taken: use fetch_from_url, or split it",
			brief(int64(len(a.content))), brief(most))
	}
	f, err := c.svc.Upload(ctx, ref, a.filename, bytes.NewReader(a.content))
	if err != nil {
		return reply{}, err
	}
	return c.saved(ref, f, a.filename), nil
}
