// Package pay is where money comes in and goes back: card payments through a
// provider's own page, bank transfers by their reference, and a fake that
// misbehaves as providers do.
package pay
