package sim

// Name parts of East, South-East, South and Central Asia. Every person put
// together from them is invented (see known.go for who must not appear).

var korean = tongue{ // as written in the North
	style: joined, tailSep: " ",
	family: "김=Kim 김=Kim 리=Ri 리=Ri 박=Pak 박=Pak 최=Choe 정=Jong 강=Kang 조=Jo 윤=Yun 장=Jang 림=Rim 한=Han 오=O 서=So 신=Sin 권=Kwon 황=Hwang 안=An 송=Song 류=Ryu 홍=Hong 전=Jon 고=Ko 문=Mun 양=Yang 손=Son 배=Pae 백=Paek 허=Ho 량=Ryang 남=Nam 심=Sim 로=Ro 곽=Kwak 차=Cha 우=U 민=Min 라=Ra 지=Ji 원=Won 방=Pang 함=Ham",
	men:    "철=Chol 명=Myong 광=Kwang 영=Yong 성=Song 금=Kum 남=Nam 현=Hyon 혁=Hyok 은=Un 진=Jin 충=Chung 학=Hak 태=Thae 원=Won 경=Kyong 승=Sung 위=Wi 청=Chong 유=Yu", menTail: "철=Chol 수=Su 남=Nam 호=Ho 국=Guk 진=Jin 혁=Hyok 훈=Hun 범=Bom 룡=Ryong 길=Gil 민=Min 학=Hak 식=Sik 권=Gwon 웅=Ung 석=Sok 주=Ju 봉=Bong 천=Chon",
	women: "은=Un 수=Su 명=Myong 영=Yong 금=Kum 향=Hyang 설=Sol 미=Mi 춘=Chun 옥=Ok 진=Jin 혜=Hye 경=Kyong 선=Son 유=Yu 정=Jong 송=Song 순=Sun 예=Ye 지=Ji", womenTail: "희=Hui 심=Sim 경=Gyong 미=Mi 옥=Ok 향=Hyang 순=Sun 주=Ju 연=Yon 별=Byol 화=Hwa 영=Yong 아=A 란=Ran 림=Rim 실=Sil 봄=Bom 정=Jong 녀=Nyo 복=Bok",
}

var koreanSouth = tongue{
	style: joined, tailSep: "-",
	family: "김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang 조=Cho 윤=Yoon 장=Jang 임=Lim 한=Han 오=Oh 서=Seo 신=Shin 권=Kwon 황=Hwang 안=Ahn 송=Song 유=Yoo 홍=Hong 남궁=Namgung 선우=Sunwoo",
	men:    "민=Min 서=Seo 도=Do 시=Si 하=Ha 지=Ji 준=Jun 건=Geon 우=Woo 현=Hyun 승=Seung 재=Jae", menTail: "준=jun 윤=yun 호=ho 우=woo 원=won 후=hoo 훈=hoon 혁=hyeok 율=yul 빈=bin 석=seok 환=hwan",
	women: "서=Seo 지=Ji 하=Ha 민=Min 수=Soo 예=Ye 채=Chae 다=Da 유=Yu 은=Eun 소=So 나=Na", womenTail: "윤=yun 우=woo 아=a 은=eun 린=rin 원=won 인=in 현=hyun 율=yul 희=hee 연=yeon 빈=bin",
}

var chinese = tongue{
	style:  joined,
	family: "王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 黄=Huang 周=Zhou 吴=Wu 徐=Xu 孙=Sun 胡=Hu 朱=Zhu 高=Gao 林=Lin 何=He 郭=Guo 马=Ma 罗=Luo 梁=Liang 宋=Song 郑=Zheng 谢=Xie 韩=Han 唐=Tang 冯=Feng 董=Dong 萧=Xiao 欧阳=Ouyang 诸葛=Zhuge",
	men:    "志=Zhi 建=Jian 文=Wen 明=Ming 海=Hai 国=Guo 晓=Xiao 立=Li 永=Yong 宇=Yu 俊=Jun 子=Zi 浩=Hao 思=Si", menTail: "强=Qiang 伟=Wei 军=Jun 峰=Feng 涛=Tao 斌=Bin 辉=Hui 鹏=Peng 林=Lin 轩=Xuan 宁=Ning 远=Yuan 坤=Kun",
	women: "雨=Yu 思=Si 晓=Xiao 佳=Jia 雅=Ya 梦=Meng 静=Jing 玉=Yu 春=Chun 诗=Shi 欣=Xin 美=Mei 若=Ruo", womenTail: "婷=Ting 琳=Lin 怡=Yi 芳=Fang 娜=Na 燕=Yan 涵=Han 霞=Xia 萍=Ping 洁=Jie 兰=Lan 莹=Ying",
}

var taiwanese = tongue{
	style: joined, tailSep: "-",
	family: "陳=Chen 林=Lin 黃=Huang 張=Chang 李=Li 王=Wang 吳=Wu 劉=Liu 蔡=Tsai 楊=Yang 許=Hsu 鄭=Cheng 謝=Hsieh 郭=Kuo 洪=Hung 邱=Chiu 曾=Tseng 廖=Liao 賴=Lai 蘇=Su",
	men:    "家=Chia 俊=Chun 志=Chih 建=Chien 冠=Kuan 宗=Tsung 承=Cheng 柏=Po 彥=Yen", menTail: "豪=hao 宏=hung 翰=han 明=ming 瑋=wei 廷=ting 恩=en 霖=lin 傑=chieh",
	women: "雅=Ya 淑=Shu 怡=Yi 佳=Chia 欣=Hsin 詩=Shih 宜=Yi 郁=Yu 筱=Hsiao", womenTail: "婷=ting 芬=fen 君=chun 蓉=jung 雯=wen 涵=han 潔=chieh 蓁=chen 慧=hui",
}

var cantonese = tongue{
	style: joined, tailSep: " ",
	family: "陳=Chan 李=Lee 黃=Wong 張=Cheung 梁=Leung 吳=Ng 林=Lam 劉=Lau 鄭=Cheng 何=Ho 葉=Yip 曾=Tsang 郭=Kwok 鄧=Tang 馮=Fung 羅=Law 譚=Tam 周=Chow 關=Kwan 蘇=So",
	men:    "家=Ka 志=Chi 偉=Wai 俊=Chun 永=Wing 國=Kwok 子=Tsz 卓=Cheuk", menTail: "明=Ming 強=Keung 傑=Kit 豪=Ho 輝=Fai 恆=Hang 軒=Hin 健=Kin",
	women: "詠=Wing 嘉=Ka 美=Mei 慧=Wai 曉=Hiu 婉=Yuen 穎=Wing 淑=Suk", womenTail: "儀=Yee 欣=Yan 玲=Ling 珊=Shan 琪=Ki 彤=Tung 雯=Man 敏=Man",
}

var japanese = tongue{
	style:  familyFirst,
	family: "佐藤=Sato 鈴木=Suzuki 田中=Tanaka 渡辺=Watanabe 伊藤=Ito 山本=Yamamoto 中村=Nakamura 小林=Kobayashi 加藤=Kato 吉田=Yoshida 山田=Yamada 斎藤=Saito 松本=Matsumoto 井上=Inoue 木村=Kimura 林=Hayashi 清水=Shimizu 山崎=Yamazaki 池田=Ikeda 橋本=Hashimoto 阿部=Abe 髙橋=Takahashi 長谷川=Hasegawa 五十嵐=Igarashi",
	men:    "翔太=Shota 大輔=Daisuke 健一=Kenichi 拓也=Takuya 直樹=Naoki 悠斗=Yuto 蓮=Ren 誠=Makoto 隆=Takashi 浩二=Koji たける=Takeru ひろし=Hiroshi マサト=Masato 龍之介=Ryunosuke",
	women:  "陽子=Yoko 由美=Yumi 恵子=Keiko 美咲=Misaki 葵=Aoi 真由美=Mayumi 智子=Tomoko 千尋=Chihiro さくら=Sakura ひかり=Hikari あゆみ=Ayumi ほのか=Honoka マリア=Maria エリカ=Erika",
}

var vietnamese = tongue{
	style:  familyFirst,
	family: "Nguyễn Nguyễn Nguyễn Trần Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
	men:    "Văn_Hùng Đức_Anh Minh_Quân Quốc_Bảo Hữu_Nghĩa Tiến_Dũng Gia_Huy Thanh_Tùng Xuân_Trường Công_Nam Đình_Trọng_Khôi Nhật_Minh Khánh_Duy",
	women:  "Thị_Hương Thu_Thảo Ngọc_Ánh Mỹ_Linh Thanh_Hằng Bích_Ngọc Kim_Oanh_Vy Thùy_Dương Phương_Thảo Quỳnh_Anh Hồng_Nhung Diễm_My",
}

var thai = tongue{
	family: "สุขใจ=Sukjai วงศ์สวัสดิ์=Wongsawat ศรีสุข=Srisuk ทองดี=Thongdee บุญมี=Boonmee แก้วมณี=Kaewmanee รัตนพงษ์=Rattanaphong ชัยวัฒน์=Chaiwat พรหมมา=Phromma จันทร์แก้ว=Chankaew สายทอง=Saithong อินทรสุวรรณ=Intharasuwan",
	men:    "สมชาย=Somchai ณัฐพล=Natthaphon กิตติ=Kitti ธนากร=Thanakorn ปิยะ=Piya วีระ=Weera อนุชา=Anucha ภูมิ=Phum ศักดิ์ชัย=Sakchai",
	women:  "สมหญิง=Somying กนกวรรณ=Kanokwan พิมพ์ชนก=Phimchanok ณัฐธิดา=Natthida ปวีณา=Paweena อรุณี=Arunee มาลี=Malee สุภาพร=Suphaphon น้ำฝน=Namfon",
}

var indonesian = tongue{
	style: single,
	men:   "Suryanto Wahyudi Hartono Sutrisno Nugraha Kusnadi Darmawan Prasetya Supardi Mulyono Santika",
	women: "Suhartini Wulandari Lestariningsih Kartikasari Sumarni Rahayuningtyas Puspitawati Widyaningsih Nurhayati Maharani",
}

var burmese = tongue{
	style: single,
	men:   "သီဟ=Thiha အောင်ကျော်=Aung_Kyaw မင်းသူ=Min_Thu ဇော်ဝင်း=Zaw_Win ကိုကို=Ko_Ko ထွန်းလင်း=Tun_Lin နေမျိုး=Nay_Myo",
	women: "သန္တာ=Thandar ခင်မြ=Khin_Mya နွယ်နီ=Nwe_Ni စန္ဒာ=Sandar ဝေဝေ=Wai_Wai မြတ်နိုး=Myat_Noe",
}

var mongolian = tongue{ // the father's name stands first, in the genitive
	style:  familyFirst,
	family: "Ганзоригийн=Ganzorig Батбаярын=Batbayar Дорждэрэмийн=Dorjderem Энхболдын=Enkhbold Цэрэндоржийн=Tserendorj Гантөмөрийн=Gantumur Пүрэвсүрэнгийн=Purevsuren Мөнхбатын=Munkhbat Сүхбаатарын=Sukhbaatar",
	men:    "Тэмүүлэн=Temuulen Ганбаатар=Ganbaatar Бат-Эрдэнэ=Bat-Erdene Отгонбаяр=Otgonbayar Төгөлдөр=Tuguldur Эрдэнэбат=Erdenebat Билгүүн=Bilguun",
	women:  "Сарангэрэл=Sarangerel Оюунчимэг=Oyunchimeg Номин=Nomin Болормаа=Bolormaa Анударь=Anudari Цэцэгмаа=Tsetsegmaa Энхжин=Enkhjin",
}

var kazakh = tongue{
	family:   "Әбілқасымов=Abilkassymov Жұмабаев=Zhumabayev Құсайынов=Kussainov Нұрғалиев=Nurgaliyev Өтегенов=Utegenov Сәрсенбаев=Sarsenbayev Тілеуберді=Tleuberdi Қожахметов=Kozhakhmetov Ысқақов=Yskakov",
	womenFam: "Әбілқасымова=Abilkassymova Жұмабаева=Zhumabayeva Құсайынова=Kussainova Нұрғалиева=Nurgaliyeva Өтегенова=Utegenova Сәрсенбаева=Sarsenbayeva Тілеуберді=Tleuberdi Қожахметова=Kozhakhmetova Ысқақова=Yskakova",
	men:      "Нұрлан=Nurlan Ержан=Yerzhan Әлішер=Alisher Бауыржан=Bauyrzhan Дәурен=Dauren Қанат=Kanat Мұхтар=Mukhtar Тимур=Timur",
	women:    "Айгүл=Aigul Гүлнәр=Gulnar Әсел=Assel Жанар=Zhanar Мәдина=Madina Сәуле=Saule Динара=Dinara Қарлығаш=Karlygash",
}

var nepali = tongue{
	family: "श्रेष्ठ=Shrestha गुरुङ=Gurung तामाङ=Tamang राई=Rai मगर=Magar अधिकारी=Adhikari थापा=Thapa लिम्बू=Limbu खड्का=Khadka शेर्पा=Sherpa पौडेल=Poudel कार्की=Karki",
	men:    "विवेक=Bibek सुमन=Suman राजेन्द्र=Rajendra दीपक=Deepak प्रकाश=Prakash सन्तोष=Santosh मिलन=Milan कृष्ण=Krishna",
	women:  "सीता=Sita अनिता=Anita सुनिता=Sunita कमला=Kamala विमला=Bimala प्रमिला=Pramila निशा=Nisha सरिता=Sarita",
}

var hindi = tongue{
	family: "शर्मा=Sharma वर्मा=Verma गुप्ता=Gupta यादव=Yadav मिश्रा=Mishra जोशी=Joshi चौहान=Chauhan त्रिपाठी=Tripathi मेहरा=Mehra अग्रवाल=Agarwal कुलकर्णी=Kulkarni",
	men:    "अर्जुन=Arjun रोहन=Rohan विक्रम=Vikram संजय=Sanjay अमित=Amit मनोज=Manoj सिद्धार्थ=Siddharth कबीर=Kabir",
	women:  "प्रिया=Priya अंजलि=Anjali कविता=Kavita पूजा=Pooja दीपिका=Deepika लक्ष्मी=Lakshmi श्रेया=Shreya मीना=Meena",
}
