// Command stadion is the race office of a destination marathon.
package main

import (
	"os"

	"stadion/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], app.Std())) }
