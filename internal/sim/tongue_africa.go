package sim

// Name parts of Africa and the Arab world.

var egyptian = tongue{
	family: "عبدالرحمن=Abdelrahman السيد=Elsayed حسنين=Hassanein منصور=Mansour الشافعي=Elshafei فوزي=Fawzy رمضان=Ramadan البدري=Elbadry شحاتة=Shehata زكي=Zaki الجندي=Elgendy",
	men:    "أحمد=Ahmed محمود=Mahmoud كريم=Karim عمرو=Amr طارق=Tarek يوسف=Youssef خالد=Khaled حسام=Hossam مصطفى=Mostafa",
	women:  "فاطمة=Fatma نورهان=Nourhan سلمى=Salma هبة=Heba مريم=Mariam دعاء=Doaa ياسمين=Yasmin آية=Aya رانيا=Rania",
}

var moroccan = tongue{
	family: "بنعلي=Benali العلوي=El_Alaoui الإدريسي=El_Idrissi بوزيد=Bouzid التازي=Tazi الفاسي=El_Fassi بنجلون=Benjelloun الوزاني=Ouazzani حمدي=Hamdi الشرقاوي=Cherkaoui",
	men:    "ياسين=Yassine إبراهيم=Brahim حميد=Hamid رشيد=Rachid سعيد=Said عادل=Adil نبيل=Nabil زكرياء=Zakaria",
	women:  "خديجة=Khadija سناء=Sanaa لطيفة=Latifa نادية=Nadia حنان=Hanane زينب=Zineb أسماء=Asmae إيمان=Imane",
}

var gulf = tongue{
	family: "آل_محمود=Al_Mahmood الدوسري=Al_Dosari الكعبي=Al_Kaabi المناعي=Al_Mannai البوعينين=Al_Buainain فخرو=Fakhro الجودر=Al_Jowder الزياني=Al_Zayani",
	men:    "سلمان=Salman فيصل=Faisal ناصر=Nasser عيسى=Isa حمد=Hamad راشد=Rashed جاسم=Jassim",
	women:  "شيخة=Shaikha نورة=Noora مها=Maha لولوة=Lulwa عائشة=Aysha دانة=Dana حصة=Hessa",
}

var amharic = tongue{ // the father's name stands in the second place
	family: "ተስፋዬ=Tesfaye ግርማ=Girma ወልደማርያም=Woldemariam ኃይሉ=Hailu መኮንን=Mekonnen ደምሴ=Demissie አበራ=Abera ከበደ=Kebede ወንድሙ=Wondimu ዘውዴ=Zewdie ታደሰ=Tadesse ሽፈራው=Shiferaw ብርሃኑ=Birhanu",
	men:    "ዮናስ=Yonas ዳዊት=Dawit ሰሎሞን=Solomon አማኑኤል=Amanuel ሀብታሙ=Habtamu ይስሐቅ=Yishak ቢንያም=Binyam ሄኖክ=Henok ናትናኤል=Natnael",
	women:  "ሰላም=Selam ሕይወት=Hiwot ማርታ=Marta ሰናይት=Senait ገነት=Genet ብሩክታዊት=Biruktawit ትዕግስት=Tigist ቤተልሔም=Betelhem ራሄል=Rahel",
}

var tigrinya = tongue{
	family: "ገብረመድህን=Gebremedhin ተኽለ=Tekle ሃብተ=Habte ወልደሚካኤል=Weldemichael ኪዳነ=Kidane ዘርኣይ=Zeray ፍስሃየ=Fisehaye ኣብርሃ=Abraha በራኺ=Beraki መሓሪ=Mehari",
	men:    "ሚኪኤል=Mikiel ሳምሶን=Samson ኣማን=Aman ዮሴፍ=Yosief ሮቤል=Robel ናሆም=Nahom ፊልሞን=Filmon",
	women:  "ሳባ=Saba ለምለም=Lemlem ኤልሳ=Elsa ፍረወይኒ=Freweini ሊድያ=Lidya ሩታ=Ruta ዊንታ=Winta",
}

var kenyan = tongue{
	family: "Wekesa Otieno_Ochieng Barasa Mwangi Njoroge Kamau Odhiambo Muthoni Wafula Kimathi Onyango Mutiso Cheboi Maina Koskei Tuwei",
	men:    "Brian Kevin Dennis Elijah Collins Erick Amos Festus Josphat Silas Nicodemus Wycliffe",
	women:  "Mercy Faith Grace Joyce Caroline Purity Lilian Beatrice Naomi Esther Winfred Damaris",
}
