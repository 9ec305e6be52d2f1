package race

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Nation is one row of the country table: the codes of one country in the
// schemes side by side, and its English name. IOC is "" for a territory without
// a national Olympic committee, ISO2 and ISO3 are "" for teams that are no
// country (neutral athletes, refugees).
type Nation struct {
	IOC     string
	ISO2    string
	ISO3    string
	English string
}

// Country is the nation as start lists and results carry it: its IOC code, or
// its ISO code where the IOC has none.
func (n Nation) Country() Country {
	if n.IOC != "" {
		return Country{IOC, n.IOC}
	}
	return Country{ISO, n.ISO3}
}

// Nations is the whole table, in the order of English names. The caller may
// change the slice it gets.
func Nations() []Nation { return append([]Nation(nil), table().rows...) }

// Lookup finds the nation of a code in the code's own scheme: BRN is Bahrain
// as an IOC code and Brunei as an ISO code. A code is never guessed to be of the
// other scheme.
func Lookup(c Country) (Nation, bool) {
	var i int
	var ok bool
	switch c.Scheme {
	case IOC:
		i, ok = table().ioc[c.Code]
	case ISO:
		i, ok = table().iso3[c.Code]
	}
	if !ok {
		return Nation{}, false
	}
	return table().rows[i], true
}

// FromISO finds the nation of an ISO 3166-1 code of two or three letters, in
// any case: "DE" and "DEU" are Germany, "BRN" is Brunei.
func FromISO(code string) (Nation, bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	i, ok := table().iso3[code]
	if !ok {
		i, ok = table().iso2[code]
	}
	if !ok {
		return Nation{}, false
	}
	return table().rows[i], true
}

// Name is the country's name in a language ("ko", "zh", "de"), in English where
// the language has none, and the bare code where the table does not know it.
func (c Country) Name(tag string) string {
	n, ok := Lookup(c)
	if !ok {
		return c.Code
	}
	return n.Name(tag)
}

// Name is the nation's name in a language, in English where there is none.
func (n Nation) Name(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return n.English
	}
	base, _ := t.Base()
	if base.String() == "en" {
		return n.English
	}
	if own, ok := sportNames[n.IOC]; ok {
		if name, ok := own[base.String()]; ok {
			return name
		}
	}
	if n.ISO2 == "" {
		return n.English
	}
	region, err := language.ParseRegion(n.ISO2)
	if err != nil {
		return n.English
	}
	names := display.Regions(t)
	if names == nil {
		return n.English
	}
	if name := names.Name(region); name != "" {
		return name
	}
	return n.English
}

// sportNames are the names under which teams enter where the sport's name is
// not the one of common use.
var sportNames = map[string]map[string]string{
	"PRK": {"ko": "조선민주주의인민공화국", "zh": "朝鲜", "de": "DVR Korea"},
	"KOR": {"ko": "대한민국", "zh": "韩国", "de": "Republik Korea"},
	"TPE": {"ko": "중화 타이베이", "zh": "中华台北", "de": "Chinesisch Taipeh"},
	"HKG": {"ko": "홍콩", "zh": "中国香港", "de": "Hongkong"},
	"AIN": {"ko": "개인 중립 선수", "zh": "个人中立运动员", "de": "Individuelle neutrale Athleten"},
	"EOR": {"ko": "난민 선수단", "zh": "难民代表团", "de": "Flüchtlingsteam"},
}

type countryTable struct {
	rows            []Nation
	ioc, iso2, iso3 map[string]int
}

var table = sync.OnceValue(func() countryTable {
	t := countryTable{ioc: map[string]int{}, iso2: map[string]int{}, iso3: map[string]int{}}
	blank := func(code string) string {
		if code == "-" {
			return ""
		}
		return code
	}
	for _, line := range strings.Split(strings.TrimSpace(countryRows), "\n") {
		f := strings.SplitN(line, " ", 4)
		n := Nation{IOC: blank(f[0]), ISO2: blank(f[1]), ISO3: blank(f[2]), English: f[3]}
		i := len(t.rows)
		t.rows = append(t.rows, n)
		for m, code := range map[*map[string]int]string{&t.ioc: n.IOC, &t.iso2: n.ISO2, &t.iso3: n.ISO3} {
			if code != "" {
				(*m)[code] = i
			}
		}
	}
	return t
})

// countryRows: IOC code, ISO 3166-1 alpha-2, alpha-3, English name; "-" = none.
const countryRows = `
AFG AF AFG Afghanistan
- AX ALA Åland Islands
ALB AL ALB Albania
ALG DZ DZA Algeria
ASA AS ASM American Samoa
AND AD AND Andorra
ANG AO AGO Angola
- AI AIA Anguilla
- AQ ATA Antarctica
ANT AG ATG Antigua and Barbuda
ARG AR ARG Argentina
ARM AM ARM Armenia
ARU AW ABW Aruba
AUS AU AUS Australia
AUT AT AUT Austria
AZE AZ AZE Azerbaijan
BAH BS BHS Bahamas
BRN BH BHR Bahrain
BAN BD BGD Bangladesh
BAR BB BRB Barbados
BLR BY BLR Belarus
BEL BE BEL Belgium
BIZ BZ BLZ Belize
BEN BJ BEN Benin
BER BM BMU Bermuda
BHU BT BTN Bhutan
BOL BO BOL Bolivia
- BQ BES Bonaire, Sint Eustatius and Saba
BIH BA BIH Bosnia and Herzegovina
BOT BW BWA Botswana
- BV BVT Bouvet Island
BRA BR BRA Brazil
- IO IOT British Indian Ocean Territory
IVB VG VGB British Virgin Islands
BRU BN BRN Brunei
BUL BG BGR Bulgaria
BUR BF BFA Burkina Faso
BDI BI BDI Burundi
CAM KH KHM Cambodia
CMR CM CMR Cameroon
CAN CA CAN Canada
CPV CV CPV Cape Verde
CAY KY CYM Cayman Islands
CAF CF CAF Central African Republic
CHA TD TCD Chad
CHI CL CHL Chile
CHN CN CHN China
TPE TW TWN Chinese Taipei
- CX CXR Christmas Island
- CC CCK Cocos (Keeling) Islands
COL CO COL Colombia
COM KM COM Comoros
CGO CG COG Congo
COK CK COK Cook Islands
CRC CR CRI Costa Rica
CIV CI CIV Côte d'Ivoire
CRO HR HRV Croatia
CUB CU CUB Cuba
- CW CUW Curaçao
CYP CY CYP Cyprus
CZE CZ CZE Czechia
COD CD COD DR Congo
PRK KP PRK DPR Korea
DEN DK DNK Denmark
DJI DJ DJI Djibouti
DMA DM DMA Dominica
DOM DO DOM Dominican Republic
ECU EC ECU Ecuador
EGY EG EGY Egypt
ESA SV SLV El Salvador
GEQ GQ GNQ Equatorial Guinea
ERI ER ERI Eritrea
EST EE EST Estonia
SWZ SZ SWZ Eswatini
ETH ET ETH Ethiopia
- FK FLK Falkland Islands
- FO FRO Faroe Islands
FIJ FJ FJI Fiji
FIN FI FIN Finland
FRA FR FRA France
- GF GUF French Guiana
- PF PYF French Polynesia
- TF ATF French Southern Territories
GAB GA GAB Gabon
GAM GM GMB Gambia
GEO GE GEO Georgia
GER DE DEU Germany
GHA GH GHA Ghana
- GI GIB Gibraltar
GBR GB GBR Great Britain
GRE GR GRC Greece
- GL GRL Greenland
GRN GD GRD Grenada
- GP GLP Guadeloupe
GUM GU GUM Guam
GUA GT GTM Guatemala
- GG GGY Guernsey
GUI GN GIN Guinea
GBS GW GNB Guinea-Bissau
GUY GY GUY Guyana
HAI HT HTI Haiti
- HM HMD Heard and McDonald Islands
HON HN HND Honduras
HKG HK HKG Hong Kong, China
HUN HU HUN Hungary
ISL IS ISL Iceland
IND IN IND India
AIN - - Individual Neutral Athletes
INA ID IDN Indonesia
IRI IR IRN Iran
IRQ IQ IRQ Iraq
IRL IE IRL Ireland
- IM IMN Isle of Man
ISR IL ISR Israel
ITA IT ITA Italy
JAM JM JAM Jamaica
JPN JP JPN Japan
- JE JEY Jersey
JOR JO JOR Jordan
KAZ KZ KAZ Kazakhstan
KEN KE KEN Kenya
KIR KI KIR Kiribati
KOS XK XKX Kosovo
KUW KW KWT Kuwait
KGZ KG KGZ Kyrgyzstan
LAO LA LAO Laos
LAT LV LVA Latvia
LBN LB LBN Lebanon
LES LS LSO Lesotho
LBR LR LBR Liberia
LBA LY LBY Libya
LIE LI LIE Liechtenstein
LTU LT LTU Lithuania
LUX LU LUX Luxembourg
- MO MAC Macao
MAD MG MDG Madagascar
MAW MW MWI Malawi
MAS MY MYS Malaysia
MDV MV MDV Maldives
MLI ML MLI Mali
MLT MT MLT Malta
MHL MH MHL Marshall Islands
- MQ MTQ Martinique
MTN MR MRT Mauritania
MRI MU MUS Mauritius
- YT MYT Mayotte
MEX MX MEX Mexico
FSM FM FSM Micronesia
MDA MD MDA Moldova
MON MC MCO Monaco
MGL MN MNG Mongolia
MNE ME MNE Montenegro
- MS MSR Montserrat
MAR MA MAR Morocco
MOZ MZ MOZ Mozambique
MYA MM MMR Myanmar
NAM NA NAM Namibia
NRU NR NRU Nauru
NEP NP NPL Nepal
NED NL NLD Netherlands
- NC NCL New Caledonia
NZL NZ NZL New Zealand
NCA NI NIC Nicaragua
NIG NE NER Niger
NGR NG NGA Nigeria
- NU NIU Niue
- NF NFK Norfolk Island
MKD MK MKD North Macedonia
- MP MNP Northern Mariana Islands
NOR NO NOR Norway
OMA OM OMN Oman
PAK PK PAK Pakistan
PLW PW PLW Palau
PLE PS PSE Palestine
PAN PA PAN Panama
PNG PG PNG Papua New Guinea
PAR PY PRY Paraguay
PER PE PER Peru
PHI PH PHL Philippines
- PN PCN Pitcairn
POL PL POL Poland
POR PT PRT Portugal
PUR PR PRI Puerto Rico
QAT QA QAT Qatar
EOR - - Refugee Team
KOR KR KOR Republic of Korea
- RE REU Réunion
ROU RO ROU Romania
RUS RU RUS Russia
RWA RW RWA Rwanda
- BL BLM Saint Barthélemy
- SH SHN Saint Helena
SKN KN KNA Saint Kitts and Nevis
LCA LC LCA Saint Lucia
- MF MAF Saint Martin
- PM SPM Saint Pierre and Miquelon
VIN VC VCT Saint Vincent and the Grenadines
SAM WS WSM Samoa
SMR SM SMR San Marino
STP ST STP São Tomé and Príncipe
KSA SA SAU Saudi Arabia
SEN SN SEN Senegal
SRB RS SRB Serbia
SEY SC SYC Seychelles
SLE SL SLE Sierra Leone
SGP SG SGP Singapore
- SX SXM Sint Maarten
SVK SK SVK Slovakia
SLO SI SVN Slovenia
SOL SB SLB Solomon Islands
SOM SO SOM Somalia
RSA ZA ZAF South Africa
- GS SGS South Georgia and the South Sandwich Islands
SSD SS SSD South Sudan
ESP ES ESP Spain
SRI LK LKA Sri Lanka
SUD SD SDN Sudan
SUR SR SUR Suriname
- SJ SJM Svalbard and Jan Mayen
SWE SE SWE Sweden
SUI CH CHE Switzerland
SYR SY SYR Syria
TJK TJ TJK Tajikistan
TAN TZ TZA Tanzania
THA TH THA Thailand
TLS TL TLS Timor-Leste
TOG TG TGO Togo
- TK TKL Tokelau
TGA TO TON Tonga
TTO TT TTO Trinidad and Tobago
TUN TN TUN Tunisia
TUR TR TUR Türkiye
TKM TM TKM Turkmenistan
- TC TCA Turks and Caicos Islands
TUV TV TUV Tuvalu
UGA UG UGA Uganda
UKR UA UKR Ukraine
UAE AE ARE United Arab Emirates
USA US USA United States
- UM UMI United States Minor Outlying Islands
URU UY URY Uruguay
ISV VI VIR US Virgin Islands
UZB UZ UZB Uzbekistan
VAN VU VUT Vanuatu
- VA VAT Vatican City
VEN VE VEN Venezuela
VIE VN VNM Vietnam
- WF WLF Wallis and Futuna
- EH ESH Western Sahara
YEM YE YEM Yemen
ZAM ZM ZMB Zambia
ZIM ZW ZWE Zimbabwe
`
