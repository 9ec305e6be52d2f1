package sale

import (
	"context"

	"stadion/internal/race"
)

// DueMail is a message of the outbox that is to be sent now.
type DueMail struct {
	Mail
	Edition string
	Made    race.Instant
	Tries   int // so far
}

// Outbox is the queue of messages as their sender sees it, over all editions.
// Messages come in by Changes.Mails, in the commit of what they tell of.
type Outbox interface {
	// DueMails are messages that were neither sent nor given up and whose next try
	// is not after at, the longest waiting first, at most limit of them.
	DueMails(ctx context.Context, at race.Instant, limit int) ([]DueMail, error)
	// MailSent says that a server took the message. Saying it again changes nothing.
	MailSent(ctx context.Context, id string, at race.Instant) error
	// MailFailed counts a try that failed, and when the next one is due; next 0
	// gives the message up. why is shown to the office and holds no personal data.
	MailFailed(ctx context.Context, id, why string, next race.Instant) error
}
