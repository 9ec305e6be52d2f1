package sim

import (
	"slices"
	"strings"

	"stadion/internal/race"
)

// known are people whom no invented runner may be mistaken for: marathon
// runners with a name of their own and heads of the host state. Names are
// compared by their Latin words in any order.
var known = knownNames(`
Eliud Kipchoge;Kelvin Kiptum;Haile Gebrselassie;Kenenisa Bekele;Abebe Bikila;Mamo Wolde;Paul Tergat;Wilson Kipsang
Dennis Kimetto;Patrick Makau;Geoffrey Mutai;Emmanuel Mutai;Samuel Wanjiru;Sammy Wanjiru;Mo Farah;Paula Radcliffe
Brigid Kosgei;Ruth Chepngetich;Tigst Assefa;Tigist Assefa;Tigist Tufa;Peres Jepchirchir;Hellen Obiri;Sifan Hassan
Abdi Nageeye;Tamirat Tola;Mary Keitany;Catherine Ndereba;Tegla Loroupe;Joyce Chepkirui;Evans Rutto;Lelisa Desisa
Naoko Takahashi;Mizuki Noguchi;Yoko Shibui;Suguru Osako;Yuki Kawauchi;Toshihiko Seko;Takeyuki Nakayama;Kengo Suzuki
Honami Maeda;Yuko Arimori;Shigeru So;Takeshi So;Kenji Kimihara;Hiromi Taniguchi;Koichi Morishita
Hwang Young-cho;Lee Bong-ju;Sohn Kee-chung;Son Ki-jong;Ji Young-jun;Suh Yun-bok
Stefano Baldini;Gelindo Bordin;Dorando Pietri;Valeria Straneo;Eyob Faniel;Martin Fiz;Abel Anton;Fabian Roncero
Rosa Mota;Carlos Lopes;Manuela Machado;Vanderlei Cordeiro de Lima;Ronaldo da Costa;Marilson Gomes dos Santos
Waldemar Cierpinski;Uta Pippig;Katrin Doerre;Irina Mikitenko;Arne Gabius;Amanal Petros;Melat Kejeta;Richard Ringer
Grete Waitz;Ingrid Kristiansen;Karoline Groevdal;Sondre Moen;Steve Jones;Ron Hill;Jim Peters;Charlie Spedding
Robert de Castella;Derek Clayton;Steve Moneghetti;Lisa Ondieki;Sinead Diver;Brett Robinson;Cam Levins;Reid Coolsaet
Constantina Dita;Lidia Simon;Stephen Kiprotich;Joshua Cheptegei;Meb Keflezighi;Zersenay Tadese;Ghirmay Ghebreslassie
Jaouad Gharib;Khalid Khannouchi;Abderrahim Goumri;Rachid Kisri;Hicham Laqouahi;Eunice Kirwa;Rose Chelimo;Shitaye Eshete
Liliya Shobukhova;Leonid Shvetsov;Valentina Yegorova;Aleksei Sokolov;Nataliya Lehonkova;Olena Shurkhno
Henryk Szost;Yared Shegumo;Grzegorz Gajdus;Emil Zatopek;Eva Vrabcova;Kaan Kigen Ozbilen;Elvan Abeylegesse
Kari Steinn Karlsson;Arnar Petursson;Martha Ernstsdottir;Alain Mimoun;Morhad Amdouni;Nicolas Navarro;Mehdi Frere
Ayad Lamdassem;Mustafa Mohamed;Isabellah Andersson;Hannes Kolehmainen;Paavo Nurmi;Michel Butter;Lornah Kiplagat
Callum Hawkins;Charlotte Purdue;Mara Yamauchi;Emile Cairess;Zhou Chunxiu;Bai Xue;Zhu Xiaolin;He Jie;Yang Shaohui
Sun Yingjie;Ren Longyun;Gopi Thonakal;Shivnath Singh;Nguyen Thi Oanh;Hoang Nguyen Thanh;Agus Prayogo;Spyridon Louis
Spiridon Louis;Maria Polyzou;Olivera Jevtic;Franjo Mihalic;Ser-Od Bat-Ochir;Baikuntha Manandhar;Gezahegne Abera
Fatuma Roba;Derartu Tulu;Mare Dibaba;Almaz Ayana;Merhawi Kesete;Yonas Kifle;Filex Kiprotich;Ruti Aga
Kim Hye Song;Kim Hye Gyong;Kim Mi Gyong;Kim Kum Ok;Kim Ji Hyang;Jo Un Ok;Jon Su Gyong;Jong Song Ok;Ham Pong Sil
Pak Chol;Pak Chol Gwang;Pak Kum Dong;Ri Kang Bom;Ri Kwang Ok;Han Il Ryong;Jong Myong Chol;Kim Jung Won;Kim Chang Ok
Kim Il Guk;O Song Chol;Ri Kum Song;Kim Un Suk;Pak Song Chol;Ri Kwang Il;Jong Yong Ok;Phyo Un Suk;Kim Chol Su
Kim Il Sung;Kim Jong Il;Kim Jong Un;Kim Jong Suk;Kim Yo Jong;Kim Ju Ae;Kim Jong Nam;Kim Jong Chol;Kim Pyong Il
Kim Kyong Hui;Ri Sol Ju;Ko Yong Hui;Kim Hyong Jik;Kang Pan Sok;Choe Son Hui;Choe Ryong Hae;Kim Tok Hun;Pak Thae Song
Jo Yong Won;Hyon Song Wol;Kim Yong Nam;Pak Pong Ju;Jang Song Thaek;Kim Yong Chol;Ri Yong Ho;Ri Su Yong`)

func knownNames(list string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.FieldsFunc(list, func(c rune) bool { return c == ';' || c == '\n' }) {
		m[nameKey(n)] = true
	}
	return m
}

// nameKey is a name as a set of Latin words: lower case, sorted, syllables of
// East Asian given names apart (Mi Gyong, Mi-gyong).
func nameKey(name string) string {
	f := strings.FieldsFunc(strings.ToLower(latin(name, false)), func(c rune) bool {
		return c == ' ' || c == '-' || c == '\''
	})
	slices.Sort(f)
	return strings.Join(f, " ")
}

// isKnown reports whether a name could be taken for somebody's.
func isKnown(n race.Name) bool { return known[nameKey(n.Given+" "+n.Family)] }
