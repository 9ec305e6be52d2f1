package sim

// nation is a country of the simulated field.
type nation struct {
	code   string // IOC
	weight int    // per thousand of the field
	elite  bool   // sends runners of the elite class
	speaks []*lists
	club   []string // invented
}

// nations are the 45 countries. Half of the field are residents.
var nations = makeNations()

func makeNations() []nation {
	north, han, cantonese, mandarin := korean.read(), chinese.read(), cantonese.read(), taiwanese.read()
	anglo := english.read()
	one := func(t tongue) []*lists { return []*lists{t.read()} }
	return []nation{
		{"PRK", 500, true, []*lists{north}, clubsKorean},
		{"CHN", 62, true, []*lists{han}, clubsHan},
		{"TPE", 8, false, []*lists{mandarin}, clubsHanTrad},
		{"HKG", 18, false, []*lists{cantonese}, clubsHanTrad},
		{"SGP", 12, false, []*lists{han, cantonese}, clubsHan},
		{"JPN", 16, true, one(japanese), clubsJapanese},
		{"KOR", 6, false, one(koreanSouth), clubsKorean},
		{"MGL", 12, true, one(mongolian), nil},
		{"KAZ", 8, false, one(kazakh), nil},
		{"VIE", 12, false, one(vietnamese), nil},
		{"THA", 9, false, one(thai), nil},
		{"INA", 7, false, one(indonesian), nil},
		{"MYA", 5, false, one(burmese), nil},
		{"NEP", 6, false, one(nepali), nil},
		{"IND", 8, false, one(hindi), nil},
		{"BRN", 3, true, one(gulf), nil}, // Bahrain: in ISO's list BRN is Brunei
		{"EGY", 5, false, one(egyptian), nil},
		{"MAR", 8, true, one(moroccan), nil},
		{"ETH", 10, true, one(amharic), nil},
		{"ERI", 5, true, one(tigrinya), nil},
		{"KEN", 8, true, one(kenyan), nil},
		{"RUS", 28, true, one(russian), nil},
		{"UKR", 5, true, one(ukrainian), nil},
		{"BUL", 5, false, one(bulgarian), nil},
		{"SRB", 5, false, one(serbian), nil},
		{"GRE", 6, false, one(greek), nil},
		{"POL", 22, true, one(polish), nil},
		{"CZE", 12, false, one(czech), nil},
		{"TUR", 9, false, one(turkish), nil},
		{"ISL", 4, false, one(icelandic), nil},
		{"FRA", 22, false, one(french), nil},
		{"ESP", 12, false, one(spanish), nil},
		{"POR", 6, false, one(portuguese), nil},
		{"BRA", 8, false, one(brazilian), nil},
		{"ITA", 14, false, one(italian), nil},
		{"GER", 28, false, one(german), clubsGerman},
		{"SWE", 8, false, one(swedish), nil},
		{"NOR", 7, false, one(norwegian), nil},
		{"DEN", 7, false, one(danish), nil},
		{"FIN", 6, false, one(finnish), nil},
		{"HUN", 6, false, one(hungarian), nil},
		{"GBR", 28, false, []*lists{anglo}, clubsEnglish},
		{"AUS", 14, false, []*lists{anglo}, clubsEnglish},
		{"CAN", 9, false, one(canadian), clubsEnglish},
		{"NED", 12, false, one(dutch), nil},
	}
}

var (
	clubsKorean   = []string{"버드나무 달리기모임", "샘물 달리기모임", "새벽길 달리기모임", "갈매기 달리기모임", "푸른언덕 달리기모임"}
	clubsHan      = []string{"晨风跑团", "青石跑团", "白鹭跑团"}
	clubsHanTrad  = []string{"晨風跑團", "青石跑團", "白鷺跑團"}
	clubsJapanese = []string{"朝霧ランナーズ", "白鷺走友会"}
	clubsGerman   = []string{"Lauftreff Eisvogel", "LG Morgentau", "Die Nachzügler"}
	clubsEnglish  = []string{"Blue Heron Harriers", "Slow Fox Road Runners", "Kingfisher Joggers"}
	clubsOther    = []string{"Kingfisher Joggers", "Team Long Way Round", "Seven Bridges", "Sunday Turtles"}
)

// The invented teams.
var (
	teamsKorean = []string{"느티나무 단체", "샘터 단체", "물안개 단체", "솔바람 단체", "은하 단체"}
	teamsOther  = []string{"Team Heron", "Team Odd Socks", "Team Last Tram", "Team Morgenrot", "白鹭队", "Équipe Libellule"}
)

// shares divides n runners among the nations by weight, at least one each as
// far as n goes, the rest to the residents.
func shares(n int) []int {
	out := make([]int, len(nations))
	total := 0
	for i, c := range nations[1:] {
		out[i+1] = max(1, (c.weight*n+500)/1000)
		total += out[i+1]
	}
	for i := len(out) - 1; total > n && i > 0; i-- {
		total -= out[i]
		out[i] = 0
	}
	out[0] = n - total
	return out
}
