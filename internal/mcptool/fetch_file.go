package mcptool

import (
	"context"

	"power-interpreter/orchestrator"
)

type fetchFileArgs struct{ filename, session, url string }

func fetchFile(told orchestrator.Settings) tool {
	return define(tool{
		name: "fetch_file",
		about: "See a file of the session: an image as an image, text as text, anything else as base64 of its bytes. " +
			"To work with a file, open it in execute_code instead.",
		// Older clients send url and mean fetch_from_url, which writes.
		hints: hints{idempotent: true},
	}, told, func(a *fetchFileArgs, _ orchestrator.Settings) []param {
		return []param{
			text("filename", "Its name, or the path as in code.", &a.filename, maxShort, "").orElse("url"),
			sessionID(&a.session),
			text("url", "", &a.url, maxURL, "").unpublished(),
		}
	}, runFetchFile)
}

func runFetchFile(ctx context.Context, c *call, a fetchFileArgs) (reply, error) {
	if a.url != "" {
		r, err := runFetchFromURL(ctx, c, fetchFromURLArgs{url: a.url, filename: a.filename, session: a.session})
		r.data = nil // this tool publishes no structure
		return r, err
	}
	ref, err := c.on(a.session)
	if err != nil {
		return reply{}, err
	}
	f, err := c.svc.Open(ctx, ref, a.filename)
	if err != nil {
		return reply{}, err
	}
	defer f.Close()
	return c.file(ref, f)
}
