package sim

// Name parts of Europe and of the countries its tongues went to.

var russian = tongue{
	family:   "Соколовский=Sokolovskii Лебедев=Lebedev Кузнецов=Kuznetsov Морозов=Morozov Зайцев=Zaitsev Щербаков=Shcherbakov Воробьёв=Vorobev Ежов=Ezhov Юдин=Iudin Цветков=Tsvetkov Фёдоров=Fedorov Жуков=Zhukov",
	womenFam: "Соколовская=Sokolovskaia Лебедева=Lebedeva Кузнецова=Kuznetsova Морозова=Morozova Зайцева=Zaitseva Щербакова=Shcherbakova Воробьёва=Vorobeva Ежова=Ezhova Юдина=Iudina Цветкова=Tsvetkova Фёдорова=Fedorova Жукова=Zhukova",
	men:      "Артём=Artem Дмитрий=Dmitrii Илья=Ilia Кирилл=Kirill Павел=Pavel Юрий=Iurii Егор=Egor Фёдор=Fedor",
	women:    "Анастасия=Anastasiia Екатерина=Ekaterina Юлия=Iuliia Ольга=Olga Татьяна=Tatiana Алёна=Alena Полина=Polina Ксения=Kseniia",
}

var ukrainian = tongue{
	family: "Шевченко=Shevchenko Ткаченко=Tkachenko Бондаренко=Bondarenko Коваленко=Kovalenko Олійник=Oliinyk Лисенко=Lysenko Гончар=Honchar Кравчук=Kravchuk Їжакевич=Yizhakevych Поліщук=Polishchuk Ґудзь=Gudz",
	men:    "Олексій=Oleksii Тарас=Taras Андрій=Andrii Сергій=Serhii Ярослав=Yaroslav Микола=Mykola Євген=Yevhen",
	women:  "Оксана=Oksana Соломія=Solomiia Надія=Nadiia Ірина=Iryna Людмила=Liudmyla Галина=Halyna Мар’яна=Mariana",
}

var bulgarian = tongue{
	family:   "Димитров=Dimitrov Георгиев=Georgiev Стоянов=Stoyanov Петков=Petkov Христов=Hristov Тодоров=Todorov Ангелов=Angelov Желязков=Zhelyazkov",
	womenFam: "Димитрова=Dimitrova Георгиева=Georgieva Стоянова=Stoyanova Петкова=Petkova Христова=Hristova Тодорова=Todorova Ангелова=Angelova Желязкова=Zhelyazkova",
	men:      "Иван=Ivan Георги=Georgi Николай=Nikolay Пламен=Plamen Красимир=Krasimir Стефан=Stefan",
	women:    "Мария=Maria Елена=Elena Десислава=Desislava Цветелина=Tsvetelina Радка=Radka Йорданка=Yordanka",
}

var serbian = tongue{
	family: "Јовановић=Jovanovic Петровић=Petrovic Николић=Nikolic Ђорђевић=Djordjevic Илић=Ilic Стојановић=Stojanovic Живковић=Zivkovic Љубичић=Ljubicic Њежић=Njezic",
	men:    "Милош=Milos Лука=Luka Стефан=Stefan Немања=Nemanja Ђорђе=Djordje Жарко=Zarko",
	women:  "Јелена=Jelena Милица=Milica Љиљана=Ljiljana Тијана=Tijana Сњежана=Snjezana Ђурђа=Djurdja",
}

var greek = tongue{
	family:   "Παπαδόπουλος=Papadopoulos Γεωργίου=Georgiou Νικολαΐδης=Nikolaidis Οικονόμου=Oikonomou Καραγιάννης=Karagiannis Βλάχος=Vlachos Αντωνίου=Antoniou Μακρής=Makris Ξενάκης=Xenakis Χατζηδάκης=Chatzidakis",
	womenFam: "Παπαδοπούλου=Papadopoulou Γεωργίου=Georgiou Νικολαΐδου=Nikolaidou Οικονόμου=Oikonomou Καραγιάννη=Karagianni Βλάχου=Vlachou Αντωνίου=Antoniou Μακρή=Makri Ξενάκη=Xenaki Χατζηδάκη=Chatzidaki",
	men:      "Γιώργος=Giorgos Δημήτρης=Dimitris Κωνσταντίνος=Konstantinos Νίκος=Nikos Θανάσης=Thanasis Ηλίας=Ilias",
	women:    "Ελένη=Eleni Κατερίνα=Katerina Σοφία=Sofia Βασιλική=Vasiliki Ιωάννα=Ioanna Χρυσούλα=Chrysoula",
}

var polish = tongue{
	family:   "Kowalczyk Wiśniewski Wójcik Kamiński Zieliński Szymański Woźniak Dąbrowski Kozłowski Jabłoński Mazur Krawczyk Źrebiec Żurawski Gołębiewski Pająk",
	womenFam: "Kowalczyk Wiśniewska Wójcik Kamińska Zielińska Szymańska Woźniak Dąbrowska Kozłowska Jabłońska Mazur Krawczyk Źrebiec Żurawska Gołębiewska Pająk",
	men:      "Paweł Michał Łukasz Grzegorz Krzysztof Wojciech Sławomir Przemysław Błażej Jędrzej",
	women:    "Małgorzata Agnieszka Łucja Żaneta Elżbieta Bożena Grażyna Zofia Róża Świętosława",
}

var czech = tongue{
	family:   "Novotný Dvořák Černý Procházka Kučera Veselý Němeček Růžička Šťastný Říha Žižka Ďurica Hřebíček",
	womenFam: "Novotná Dvořáková Černá Procházková Kučerová Veselá Němečková Růžičková Šťastná Říhová Žižková Ďuricová Hřebíčková",
	men:      "Jiří Ondřej Tomáš Matěj Vojtěch Štěpán Lukáš Zdeněk Bořivoj",
	women:    "Kateřina Tereza Věra Žofie Lucie Barbora Markéta Božena Anežka",
}

var turkish = tongue{
	family: "Yılmaz Şahin Çelik Öztürk Aydın Güneş Yıldırım Koç Doğan Kılıç Işık Çağlar Gümüş Türkoğlu",
	men:    "Mehmet Oğuzhan Çağrı İbrahim Barış Gökhan Ömer Uğur Tuğrul",
	women:  "Ayşe Gülşen Çiğdem İrem Özge Şule Büşra Tuğba Yağmur",
}

var icelandic = tongue{ // not a family name: the father's or mother's
	wide:     true,
	family:   "Jónsson Guðmundsson Sigurðsson Ólafsson Þórsson Björnsson Ægisson Hjálmarsson Kristjánsson",
	womenFam: "Jónsdóttir Guðmundsdóttir Sigurðardóttir Ólafsdóttir Þórsdóttir Björnsdóttir Ægisdóttir Hjálmarsdóttir Kristjánsdóttir",
	men:      "Þorsteinn Sigurður Ásgeir Hörður Örn Guðjón Snæbjörn Ívar",
	women:    "Guðrún Þórunn Ásdís Sigríður Björk Hólmfríður Ösp Ragnheiður",
}

var french = tongue{
	family: "Lefèvre Moreau Girard Bézier Châtelain D’Aubigny Lévêque Benoît Gaël-Marchand Françoise-Dubois Rousselière Pélissier Noël Fauché",
	men:    "François Étienne Jérôme Loïc Benoît Rémi Théo Cédric Jean-Noël Aurélien",
	women:  "Hélène Chloé Zoé Anaïs Maëlle Françoise Noémie Cécile Marie-Ève Bérénice",
}

var spanish = tongue{
	style:  iberian,
	family: "García Martínez Fernández López Gómez Núñez Ibáñez Peña Muñoz Ordóñez Zúñiga Güell Echeverría Castañeda Sáenz_de_Santamaría",
	men:    "José Andrés Íñigo Álvaro Óscar Ramón Sebastián Jesús Joaquín",
	women:  "Begoña María Inés Lucía Ángela Sofía Rocío Nuria Concepción",
}

var german = tongue{
	wide:   true,
	family: "Müller Schäfer Böhm Groß Weiß Krüger Köhler Jäger Vogel Schröder Größler Hübner Löffler von_der_Heide Faßbender Öttinger",
	men:    "Jörg Jürgen Matthias Björn Sören Lukas Götz Günter Tobias Kay-Uwe",
	women:  "Katharina Bärbel Anke Käthe Heike Jördis Gönül Sabine Ulrike Frauke",
}

var swedish = tongue{
	wide:   true,
	family: "Lindström Öberg Åkesson Sjöberg Nyström Höglund Bäckman Ekström Rönnqvist Ängström",
	men:    "Göran Åke Björn Håkan Jörgen Mårten Östen Pär",
	women:  "Åsa Märta Ulrika Görel Linnéa Tove Pernilla Öllegård",
}

var norwegian = tongue{
	wide:   true,
	family: "Ødegård Bjørnstad Sæther Haugård Strøm Grønli Nygård Ås Bråten Kjær",
	men:    "Øyvind Håkon Bjørnar Pål Sindre Ståle Eirik Åsmund",
	women:  "Ragnhild Åse Gunnhild Sølvi Bodil Tonje Målfrid Ågot",
}

var danish = tongue{
	wide:   true,
	family: "Sørensen Østergaard Kjærgaard Møller Nørgård Bæk Højlund Ærøe Skovgård Lykke",
	men:    "Søren Jørgen Bjarke Kåre Anders Troels Rasmus",
	women:  "Mette Kirsten Bodil Åse Sørine Dorthe Gertrud Birgitte",
}

var finnish = tongue{
	wide:   true,
	family: "Mäkinen Hämäläinen Järvinen Väisänen Pöyhönen Lehtimäki Äijälä Öhman Yrjölä Särkkä",
	men:    "Väinö Yrjö Jyrki Päiviö Heikki Ilkka Jorma",
	women:  "Päivi Riikka Tyyne Hilkka Kyllikki Säde Marjatta",
}

var hungarian = tongue{
	style:  familyFirst,
	family: "Nagy Kovács Szabó Tóth Horváth Kiss Molnár Németh Gyöngyösi Fűzfa Szőke Őri Pálinkás",
	men:    "Győző Bálint Ádám Gergő Zoltán Lőrinc István Örs",
	women:  "Erzsébet Zsófia Réka Ágnes Tünde Gyöngyi Kinga Enikő",
}

var brazilian = tongue{
	style:  iberian,
	family: "Albuquerque Cavalcanti Figueiredo Gonçalves Magalhães Conceição Guimarães Vasconcelos Brandão Assunção Nóbrega Simões Araújo",
	men:    "João Antônio Luís Maurício Otávio Guilherme Estêvão Caetano Fabrício",
	women:  "Conceição Luíza Letícia Vitória Fátima Antônia Eduarda Francisca Patrícia",
}

var portuguese = tongue{
	style:  iberian,
	family: "Magalhães Saraiva Peixoto Falcão Mourão Teles_de_Meneses Correia Leitão Brandão Sequeira Rebelo Moniz",
	men:    "Nuno Gonçalo Tomás Duarte Luís Simão Estêvão Zeferino",
	women:  "Inês Beatriz Leonor Graça Mafalda Assunção Conceição Filipa",
}

var italian = tongue{
	family: "Esposito Ferraù Colombo D’Angelo Marchetti Cantù Bellini Dall’Orto Nicolò Riccardi Moccia Zanetti",
	men:    "Nicolò Niccolò Luca Matteo Davide Giosuè Lorenzo Tommaso",
	women:  "Chiara Giulia Nicoletta Mirta Noemi Carlotta Ginevra Elisabetta",
}

var english = tongue{
	family: "Ashworth Barrowclough Thornbury Wetherell Pemberton O’Dowd McAllister-Finch Hargreave Llewellyn-Pugh Fothergill Birtwistle Oakeshott Penhaligon Swinbrook",
	men:    "Oliver Rhys Callum Duncan Edmund Gareth Hugh Rory Toby Alasdair",
	women:  "Chloë Zoë Imogen Bronwen Siân Harriet Fiona Philippa Eilidh Rosalind",
}

var canadian = tongue{
	family: "Beauchêne Saint-Côme MacIsaac Thériault Ouellet-Grant Lachapelle Fairbairn Kowalchuk Étier Whitecloud",
	men:    "Étienne Gabriel Wyatt Loïc Duncan Félix Owen Olivier",
	women:  "Océane Maude Brielle Rosalie Noémie Fern Avery Éloïse",
}

var dutch = tongue{
	family: "de_Vries van_den_Broek ten_Cate ’t_Hooft Verkuijlen Oude_Hengel Zoër Dijkgraaf van_’s-Gravesande Bruïne Koëter Mulder",
	men:    "Joris Maarten Thijs Sjoerd Daniël Gijs Wouter Tjerk",
	women:  "Anneke Femke Zoë Sietske Loïs Marieke Daniëlle Wieke",
}
