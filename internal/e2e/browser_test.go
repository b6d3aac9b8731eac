//go:build e2e

package e2e

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	// chromedp speaks the DevTools protocol: a page is tested in a real browser.
	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is the one in the runner image, which every machine that runs these
// tests has: its plotly charts are drawn by it.
const browser = "/usr/lib/chromium/chromium-headless-shell"

// tab opens one, in a browser of its own on the host's network, and returns it
// with all that the page complained of: errors, exceptions, breaches of policy.
func tab(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	name := fmt.Sprintf("power-interpreter-page-%d", time.Now().UnixNano())
	image := cmp.Or(os.Getenv("SANDBOX_IMAGE"), "power-interpreter-runner:latest")
	cmd := exec.Command("docker", "run", "--rm", "--name", name, "--network", "host", "--entrypoint", browser, image,
		"--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", "about:blank")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("this test needs the docker client and the runner image (make image): %v", err)
	}
	t.Cleanup(func() {
		exec.Command("docker", "rm", "-f", name).Run()
		cmd.Wait()
	})
	remote, cancel := chromedp.NewRemoteAllocator(context.Background(), devTools(t, said), chromedp.NoModifyURL)
	t.Cleanup(cancel)
	// What chromedp itself notes is of events that are newer than it.
	ctx, cancel := chromedp.NewContext(remote, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, hang)
	t.Cleanup(cancel)
	return ctx, complaints(t, ctx)
}

// devTools reads where the browser is to be spoken to.
func devTools(t *testing.T, said io.Reader) string {
	t.Helper()
	var all strings.Builder
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, url, found := strings.Cut(lines.Text(), "DevTools listening on "); found {
			go io.Copy(io.Discard, said) // until the browser ends
			return url
		}
		fmt.Fprintln(&all, lines.Text())
	}
	t.Fatalf("the browser of the runner image did not start:\n%s", &all)
	return ""
}

// networkChanged is what a browser makes of its requests while an interface of
// the host comes or goes, as those of other tests' containers do.
const networkChanged = "ERR_NETWORK_CHANGED"

// visit goes to a page.
func visit(url string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			err := chromedp.Navigate(url).Do(ctx)
			if err == nil || !strings.Contains(err.Error(), networkChanged) {
				return err
			}
		}
	})
}

// complaints collects them from now on.
func complaints(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	chromedp.ListenTarget(ctx, func(event any) {
		words := ""
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			words = e.ExceptionDetails.Error()
		case *runtime.EventConsoleAPICalled:
			words = fmt.Sprintf("console.%s", e.Type)
		case *log.EventEntryAdded:
			words = fmt.Sprintf("%s %s: %s", e.Entry.Level, e.Entry.Source, e.Entry.Text)
		case *audits.EventIssueAdded:
			words = fmt.Sprintf("issue %s", e.Issue.Code)
		default:
			return
		}
		if strings.Contains(words, networkChanged) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, words)
	})
	if err := chromedp.Run(ctx, runtime.Enable(), log.Enable(), audits.Enable()); err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), all...)
	}
}
