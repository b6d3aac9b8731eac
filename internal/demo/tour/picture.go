package tour

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Bounds of a chart, in pixels and bytes: the longest edge and the size that an
// inline one may have, and what no figure of ours falls below.
const (
	shortEdge = 200
	longEdge  = 1568
	maxInline = 256 << 10
)

// checkChart returns the size of a PNG that decodes, is a chart's size, and
// has the bars in it.
func checkChart(block *mcp.ImageContent) (image.Point, error) {
	if block.MIMEType != "image/png" {
		return image.Point{}, fmt.Errorf("the image is called %q; it must be image/png", block.MIMEType)
	}
	config, err := png.DecodeConfig(bytes.NewReader(block.Data))
	if err != nil {
		return image.Point{}, fmt.Errorf("the image is no PNG: %w", err)
	}
	size := image.Pt(config.Width, config.Height)
	if min(size.X, size.Y) < shortEdge || max(size.X, size.Y) > longEdge {
		return size, fmt.Errorf("the image is %d×%d; its edges must be from %d to %d", size.X, size.Y, shortEdge, longEdge)
	}
	picture, err := png.Decode(bytes.NewReader(block.Data))
	if err != nil {
		return size, fmt.Errorf("the PNG does not decode: %w", err)
	}
	return size, checkBars(picture)
}

// The bars' colour as drawCode names it, and how far a channel may be from it
// after scaling or a smaller palette.
const (
	barRed, barGreen, barBlue = 0xc2, 0x41, 0x0c

	colourTolerance = 16
)

// leastBars is the smallest part of the picture that the bars fill, in percent:
// five bars of similar length fill about half.
const leastBars = 15

func checkBars(picture image.Image) error {
	bounds, count := picture.Bounds(), 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, g, b, _ := picture.At(x, y).RGBA()
			if near(r, barRed) && near(g, barGreen) && near(b, barBlue) {
				count++
			}
		}
	}
	if share := 100 * count / (bounds.Dx() * bounds.Dy()); share < leastBars {
		return fmt.Errorf("%d %% of the picture have the bars' colour; at least %d %% are due", share, leastBars)
	}
	return nil
}

// near compares a channel of 16 bits with one of 8.
func near(channel, want uint32) bool {
	got := int(channel >> 8)
	return got >= int(want)-colourTolerance && got <= int(want)+colourTolerance
}
