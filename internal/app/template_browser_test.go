package app

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stadion/internal/access"
	"stadion/internal/store"
)

// designer is an organiser signed in, on the page of a design.
func designer(t *testing.T, width, height int) *referee {
	t.Helper()
	if testing.Short() {
		t.Skip("a real browser takes some seconds; left out with -short")
	}
	f := &referee{running: startRace(t, 300, 270*time.Minute)}
	edition := f.feed.truth.Edition.ID
	const password = "an organiser's long password"
	_, err := f.h.db.CreateAccount(t.Context(), self, store.NewAccount{Login: "organiser", Name: "Organiser", Password: password,
		Grants: []access.Grant{{Edition: edition, Role: access.Organiser}}})
	if err != nil {
		t.Fatal(err)
	}
	f.page, f.base = browse(t, width, height), f.URL+"/office/e/"+edition
	f.open("/certificates/design?kind=finisher&lang=en")
	f.do(chromedp.SendKeys("#login", "organiser"), chromedp.SendKeys("#password", password))
	f.follow(chromedp.Click("form button.action"))
	return f
}

const previewDrawn = `(() => { const i = document.querySelector("#preview img"); return i !== null && i.complete && i.naturalWidth > 0 })()`

// waves is an artwork: pale, with a darker foot.
func waves(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 827, 1170))
	for i := range 827 * 1170 {
		x, y := i%827, i/827
		c := color.RGBA{250, 246 - uint8(y/90), 240 - uint8(y/60), 255}
		for k := range 4 {
			if y > 800+70*k+((x/9+37*k)%92-46)*((x/9+37*k)%92-46)/40 {
				c = color.RGBA{uint8(200 - 40*k), uint8(214 - 36*k), uint8(220 - 34*k), 255}
			}
		}
		img.SetRGBA(x, y, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "waves.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDesign_ThePreviewFollowsWhatIsTyped(t *testing.T) {
	f := designer(t, 1360, 1000)
	f.await(previewDrawn)
	f.shot("design-1-house")
	address := ask[string](f.page, `document.querySelector("#preview img").src`)
	f.do(chromedp.SendKeys("#title", "Well run in Pyongyang"))
	f.await(fmt.Sprintf(`document.querySelector("#preview img").src !== %q`, address))
	f.await(previewDrawn)
	f.do(chromedp.Click("#align-centre"), chromedp.Click("#height-top"))
	f.await(`document.querySelector("#preview img").src.includes("align=centre") && document.querySelector("#preview img").src.includes("height=top")`)
	f.do(chromedp.SetUploadFiles("#artwork", []string{waves(t)}))
	f.click(`button[name="send"]`)
	f.says("waves.png", "827 × 1170")
	f.await(previewDrawn)
	f.shot("design-2-artwork")
	if got := ask[string](f.page, `document.querySelector("#title").value`); got != "Well run in Pyongyang" {
		t.Errorf("the title became %q", got)
	}
	f.click(`button[name="save"]`)
	f.says("Version 1 is saved", "In use: version 1, saved by Organiser")
	f.await(previewDrawn)
	f.shot("design-3-saved")
}

func TestDesign_WorksOnAPhoneByItsButton(t *testing.T) {
	f := designer(t, 390, 844)
	f.do(chromedp.SetValue("#title", "Ziel erreicht"))
	f.click(`button[formmethod="get"].action`)
	f.says("not saved yet")
	f.await(previewDrawn)
	f.shot("design-4-phone")
	if over := ask[int](f.page, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
		t.Errorf("the page is %d px wider than a phone", over)
	}
}
