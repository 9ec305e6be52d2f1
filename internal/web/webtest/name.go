package webtest

import (
	"math/rand/v2"

	"stadion/internal/race"
)

// The invented names: parts of each script, joined at random, the way its people
// write them. "Muster", "Probe", "Sample" and the like show that nobody is meant.
var scripts = []struct {
	countries     []string
	first, second []string
	joint         string // between first and second as printed
}{
	{[]string{"GBR", "USA", "AUS", "IRL", "CAN"}, []string{"Ada", "Tom", "Ivy", "Hugh", "Nell", "Rex"}, []string{"Sampleton", "Testwick", "Fakeley", "O’Mock", "Trialby-Dummyworth"}, " "},
	{[]string{"GER", "AUT", "SUI"}, []string{"Jörg", "Käthe", "Uwe", "Zoë", "Lüder"}, []string{"Mustermann", "Probeläufer", "Beispielhuber", "Platzhalter-Größe"}, " "},
	{[]string{"POL", "CZE", "SVK"}, []string{"Łucja", "Żaneta", "Świętosław", "Bořek"}, []string{"Przykładowski", "Zkušební", "Próbna"}, " "},
	{[]string{"VIE"}, []string{"Nguyễn", "Trần", "Đặng"}, []string{"Văn Thử", "Thị Mẫu"}, " "},
	{[]string{"PRK", "KOR"}, []string{"가", "보", "시"}, []string{"나다", "기순", "험철", "제문"}, ""},
	{[]string{"CHN"}, []string{"样", "试", "虚"}, []string{"本名", "跑者", "构人"}, ""},
	{[]string{"JPN"}, []string{"見本", "仮名", "試験"}, []string{"太郎", "はなこ", "ランナー"}, " "},
	{[]string{"RUS", "KAZ", "BUL"}, []string{"Проба", "Тест", "Пример"}, []string{"Выдуманов", "Образцова", "Черновой"}, " "},
	{[]string{"GRE", "CYP"}, []string{"Δοκιμή", "Τυχαίος"}, []string{"Παραδειγματίδης", "Υποθετικού"}, " "},
	{[]string{"EGY", "JOR"}, []string{"عينة", "تجربة"}, []string{"المثال", "الوهمي"}, " "},
	{[]string{"THA"}, []string{"ตัวอย่าง", "ทดสอบ"}, []string{"สมมติ", "นักวิ่ง"}, " "},
	{[]string{"ESP", "MEX", "ARG"}, []string{"Íñigo", "Begoña", "José María"}, []string{"de la Prueba y Ejemplo-Inventado", "Muñoz Ficticio"}, " "},
}

func person(rnd *rand.Rand, i int) race.Person {
	s := scripts[rnd.IntN(len(scripts))]
	p := race.Person{Sex: race.Male, Age: 18 + rnd.IntN(55), Country: race.IOCCode(s.countries[rnd.IntN(len(s.countries))])}
	if rnd.IntN(10) < 4 {
		p.Sex = race.Female
	}
	p.Name.Printed = s.first[rnd.IntN(len(s.first))] + s.joint + s.second[rnd.IntN(len(s.second))]
	if i == 40 { // the longest name that a page must survive
		p.Name.Printed = "Wolfgang-Maximilian Alexander von und zu Beispielhausen-Musterstadt zu Hohenprobe"
	}
	return p
}
