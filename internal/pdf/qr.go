package pdf

import (
	"strconv"

	"rsc.io/qr"

	"stadion/internal/fault"
)

// drawQR draws a QR code as areas, one for each row's stretch of dark modules,
// into a square. The quiet zone is the caller's: four modules of white. Fault:
// pdf.qr.
func drawQR(c *canvas, text string, x, y, side float64) error {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return fault.Wrap(fault.Invalid, "pdf.qr", err, fault.Args{"url": text})
	}
	c.setFill(inkBlack)
	c.op("q")
	module := side / float64(code.Size)
	c.b = append(c.b, formatMatrix(module, x, y)...)
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			from := col
			for col < code.Size && code.Black(col, row) {
				col++
			}
			if col > from {
				c.nums(float64(from), float64(code.Size-row-1), float64(col-from), 1).op("re")
			}
		}
	}
	c.op("f")
	c.op("Q")
	return nil
}

// formatMatrix scales and moves what follows; modules become whole numbers and
// the factor keeps the decimals that points do not need.
func formatMatrix(scale, x, y float64) string {
	s := strconv.FormatFloat(scale, 'f', 5, 64)
	return s + " 0 0 " + s + " " + num(x) + " " + num(y) + " cm\n"
}
