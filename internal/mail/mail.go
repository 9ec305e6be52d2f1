// Package mail sends the outbox: messages that were written in the commit of
// what they tell of, in the reader's language, over SMTP.
package mail
