//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// picture keeps what the page looks like where PAGE_PICTURES names a folder.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("PAGE_PICTURES")
	if folder == "" {
		return
	}
	var png []byte
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&png, 100)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// row is a session's on the page, as an XPath.
func row(session string) string {
	return fmt.Sprintf(`//tbody/tr[th//span[text()=%q]]`, session)
}

func TestThePageShowsASessionAndDeletesIt(t *testing.T) {
	const owner = `<img/src=x/onerror=alert(1)>` // is shown, and stays, a name
	s := own(t, "ADMIN_KEY="+adminKey, "API_KEYS="+owner+":"+keyOfAnn)
	ctx, complaints := tab(t)
	do := func(what string, actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatalf("%s: %v; the page complained of %q\n%s", what, err, complaints(), s.log)
		}
	}
	do("the page asks for the key",
		chromedp.EmulateViewport(1280, 800),
		visit(s.url+"/admin"),
		chromedp.WaitVisible("#key"),
	)
	do("another key is refused",
		chromedp.SendKeys("#key", "another-key\r"),
		chromedp.WaitVisible(`//p[@id="trouble" and contains(text(), "not the administrator")]`),
	)
	// The questions without the key were refused, which a browser notes.
	for _, words := range complaints() {
		if !strings.Contains(words, "401") {
			t.Errorf("before the key: %s", words)
		}
	}
	asked := len(complaints())
	do("the key opens the list",
		chromedp.SendKeys("#key", adminKey+"\r"),
		chromedp.WaitVisible("#none"),
	)
	c := &client{t, "seen", s.dial(t, keyOfAnn)}
	c.run("x = 1\nopen('a.txt', 'w').write('hi')")
	busy := &client{t, "busy", s.dial(t, keyOfAnn)}
	job := busy.job(slow)
	var totals, state, name string
	do("both sessions appear",
		chromedp.WaitVisible(row("seen")),
		chromedp.WaitVisible(row("busy")+`//span[starts-with(text(), "cell for")]`),
		chromedp.WaitVisible(row("seen")+`//meter`),
		chromedp.Text("#totals", &totals),
		chromedp.Text(row("seen")+`/td[1]`, &state),
		chromedp.Text(row("seen")+`/th`, &name),
	)
	if !strings.Contains(totals, "2 sessions, 1 busy") || !strings.Contains(state, "idle") {
		t.Errorf("totals %q, state %q", totals, state)
	}
	if !strings.Contains(name, "of "+owner) {
		t.Errorf("the owner is shown as %q", name)
	}
	picture(t, ctx, "wide")
	do("as dark", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	picture(t, ctx, "dark")
	var overflow bool
	do("on a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile),
		chromedp.Evaluate(`document.documentElement.scrollWidth > document.documentElement.clientWidth`, &overflow))
	if overflow {
		t.Error("at a phone's width the page is to be scrolled sideways")
	}
	picture(t, ctx, "phone")
	do("as wide again", chromedp.EmulateViewport(1280, 800), emulation.SetEmulatedMedia())
	var recent string
	do("what a session ran lately",
		chromedp.Click(row("seen")+`//button[text()="Recent"]`),
		chromedp.WaitVisible("#recent[open]"),
		chromedp.Text("#recent-rows", &recent),
	)
	picture(t, ctx, "recent")
	if !strings.Contains(recent, "completed") {
		t.Errorf("recent executions: %q", recent)
	}
	do("and back", chromedp.Click("#recent button"), chromedp.WaitNotVisible("#recent"))
	do("interrupt what runs",
		chromedp.Click(row("busy")+`//button[text()="Interrupt"]`),
		chromedp.WaitVisible("#ask[open]"),
		chromedp.Click("#ask-yes"),
		chromedp.WaitVisible(`//p[@id="news" and contains(text(), "interrupted")]`),
	)
	busy.until(job, "cancelled")
	do("a deletion that is thought better of, then one that is meant",
		chromedp.Click(row("seen")+`//button[text()="Delete"]`),
		chromedp.WaitVisible("#ask[open]"),
	)
	picture(t, ctx, "ask")
	do("as said",
		chromedp.Click(`//dialog//button[@value="no"]`),
		chromedp.WaitNotVisible("#ask"),
		chromedp.WaitVisible(row("seen")),
		chromedp.Click(row("seen")+`//button[text()="Delete"]`),
		chromedp.WaitVisible("#ask[open]"),
		chromedp.Click("#ask-yes"),
		chromedp.WaitNotPresent(row("seen")),
		chromedp.WaitVisible(row("busy")),
	)
	c.wants(c.run("'x' in globals()"), "notice: an administrator deleted session", "False")
	if found := complaints()[asked:]; len(found) > 0 {
		t.Errorf("the page complained: %q", found)
	}
}
