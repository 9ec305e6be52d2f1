// Package shop is what buyers see: the countdown and the waiting room, the
// choice, the order, paying, and one's own entry.
package shop
