package office_test

import (
	"testing"

	"stadion/internal/access"
	"stadion/internal/lang"
)

// The letters to buyers can be read in the office before any server takes them.
func TestSaleMail_LettersAreShownWithTheirText(t *testing.T) {
	b := newBench(t)
	b.edition()
	s := b.sells()
	desk := b.role(access.Desk)
	wants(t, desk.page(saleBase+"/mail"), "No letters yet.")
	s.sold(t, "", "Anna")
	s.held(t, "", "Ben")
	page := desk.page(saleBase + "/mail")
	wants(t, page, "letters are waiting to be sent", "주문이 확정되었습니다", "Anna Payer 님", "Ben Payer 님", "2025년 12월 1일 13:15 (Asia/Pyongyang", "/e/test-2025/order/")
	for _, tag := range lang.Tags {
		desk.lang = string(tag)
		checked(t, desk, saleBase+"/mail")
		checked(t, desk, saleBase+"/mail?from=nonsense")
	}
}
