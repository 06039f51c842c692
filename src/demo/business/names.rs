//! What people and companies are called, country by country, each in its own script.

use super::dice::Dice;

/// A country the business sells in.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: &'static str,
    /// What its customers pay in.
    pub(super) currency: &'static str,
    dialling: &'static str,
    cities: &'static [&'static str],
    given: &'static [&'static str],
    family: &'static [&'static str],
    /// Before and after a company's own name.
    legal: (&'static str, &'static str),
    trades: &'static [&'static str],
    has_family_first: bool,
}

/// A person's name, as they write it and as an address can hold it.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: String,
    /// `given.family`, ASCII.
    pub(super) mailbox: String,
}

impl Country {
    /// Some person of this country.
    pub(super) fn person(&self, dice: &mut Dice) -> Person {
        let (given, given_ascii) = both(dice.pick(self.given));
        let (family, family_ascii) = both(dice.pick(self.family));
        let name = if self.has_family_first { format!("{family}{given}") } else { format!("{given} {family}") };
        Person { name, mailbox: format!("{}.{}", folded(given_ascii), folded(family_ascii)) }
    }

    /// Some company: its everyday name, its legal name and the domain it could have.
    pub(super) fn company(&self, dice: &mut Dice) -> (String, String, String) {
        let (family, ascii) = both(dice.pick(self.family));
        let (trade, trade_ascii) = both(dice.pick(self.trades));
        let space = if self.has_family_first { "" } else { " " };
        let name = match self.code {
            "GR" | "UA" | "BG" => format!("{trade} {family}"),
            _ if dice.chance(0.2) && !self.has_family_first => {
                format!("{family} & {}", both(dice.pick(self.family)).0)
            }
            _ => format!("{family}{space}{trade}"),
        };
        let legal = format!("{}{name}{}", self.legal.0, self.legal.1);
        (name, legal, format!("{}-{}.example", folded(ascii), folded(trade_ascii)))
    }

    /// Some city.
    pub(super) fn city(&self, dice: &mut Dice) -> &'static str {
        dice.pick(self.cities)
    }

    /// Some telephone number that nobody has.
    pub(super) fn phone(&self, dice: &mut Dice) -> String {
        format!("{} 555 {:03} {:04}", self.dialling, dice.below(1_000), dice.below(10_000))
    }
}

/// Some country, the home markets more often than the far ones.
pub(super) fn country(dice: &mut Dice) -> &'static Country {
    dice.weighted(COUNTRIES)
}

/// `Γιώργος/Giorgos`: as written and as romanised; a name without a slash is both.
fn both(name: &'static str) -> (&'static str, &'static str) {
    name.split_once('/').unwrap_or((name, name))
}

/// ASCII letters of a Latin name, in lower case.
fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'œ' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'å' | 'á' | 'à' | 'â' | 'ã' | 'ą' | 'ă' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => out.push('e'),
            'í' | 'ì' | 'î' | 'ï' => out.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ø' => out.push('o'),
            'ú' | 'ù' | 'û' | 'ů' => out.push('u'),
            'ç' | 'č' | 'ć' => out.push('c'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'š' | 'ś' | 'ş' => out.push('s'),
            'ž' | 'ź' | 'ż' => out.push('z'),
            'ł' => out.push('l'),
            'ř' => out.push('r'),
            'ý' => out.push('y'),
            _ => {}
        }
    }
    out
}

const COUNTRIES: &[(&Country, f64)] = &[
    (&US, 30.0),
    (&GB, 10.0),
    (&DE, 13.0),
    (&FR, 8.0),
    (&CH, 5.0),
    (&ES, 5.0),
    (&IT, 4.0),
    (&SE, 4.0),
    (&PL, 4.0),
    (&CZ, 3.0),
    (&GR, 3.0),
    (&UA, 2.0),
    (&BG, 2.0),
    (&JP, 4.0),
    (&CN, 3.0),
];

const US: Country = Country {
    code: "US",
    currency: "USD",
    dialling: "+1",
    cities: &["New York", "Chicago", "Austin", "Seattle", "Boston", "Denver", "Atlanta", "Portland", "Minneapolis"],
    given: &[
        "Olivia", "Liam", "Emma", "Noah", "Ava", "Ethan", "Maya", "Lucas", "Chloe", "Mason", "Zoë", "Caleb", "Naomi",
        "Owen", "Grace", "Isaiah",
    ],
    family: &[
        "Carter",
        "Nguyen",
        "Hayes",
        "Brooks",
        "Reyes",
        "Coleman",
        "Sullivan",
        "Bennett",
        "Foster",
        "Ramirez",
        "Whitaker",
        "Monroe",
        "Delgado",
        "Patel",
        "Kowalski",
        "O'Brien",
        "Fletcher",
        "Hawthorne",
        "Lindgren",
        "Okafor",
    ],
    legal: ("", ", Inc."),
    trades: &[
        "Logistics",
        "Robotics",
        "Health",
        "Foods",
        "Analytics",
        "Manufacturing",
        "Energy",
        "Outfitters",
        "Labs",
        "Freight",
        "Instruments",
        "Hospitality",
    ],
    has_family_first: false,
};

const GB: Country = Country {
    code: "GB",
    currency: "GBP",
    dialling: "+44",
    cities: &["London", "Manchester", "Leeds", "Bristol", "Edinburgh", "Cardiff", "Belfast"],
    given: &[
        "Amelia", "Oliver", "Isla", "Harry", "Freya", "Rhys", "Imogen", "Callum", "Siân", "Rory", "Priya", "Alfie",
    ],
    family: &[
        "Thornton",
        "Hughes",
        "Ashworth",
        "Campbell",
        "Pemberton",
        "Shah",
        "Llewellyn",
        "Hartley",
        "Fairfax",
        "Begum",
        "Whitfield",
        "MacLeod",
        "Pryce",
        "Sinclair",
    ],
    legal: ("", " Ltd"),
    trades: &["Engineering", "Textiles", "Marine", "Interiors", "Foods", "Media", "Precision", "Brewing", "Pharma"],
    has_family_first: false,
};

const DE: Country = Country {
    code: "DE",
    currency: "EUR",
    dialling: "+49",
    cities: &["Berlin", "München", "Köln", "Hamburg", "Düsseldorf", "Nürnberg", "Leipzig", "Würzburg"],
    given: &["Jürgen", "Anneliese", "Lukas", "Käthe", "Björn", "Sabine", "Jörg", "Lena", "Götz", "Miriam", "Selin"],
    family: &[
        "Müller",
        "Schröder",
        "Weiß",
        "Krüger",
        "Böhm",
        "Öztürk",
        "Vogel",
        "Jäger",
        "Lindner",
        "Groß",
        "Kühn",
        "Brandt",
        "Schäfer",
        "Heß",
        "Winkler",
    ],
    legal: ("", " GmbH"),
    trades: &[
        "Maschinenbau",
        "Elektrotechnik",
        "Spedition",
        "Messtechnik",
        "Verlag",
        "Gerätebau",
        "Medizintechnik",
        "Möbelwerke",
        "Anlagenbau",
    ],
    has_family_first: false,
};

const FR: Country = Country {
    code: "FR",
    currency: "EUR",
    dialling: "+33",
    cities: &["Paris", "Lyon", "Nîmes", "Besançon", "Orléans", "Saint-Étienne", "Bordeaux"],
    given: &["François", "Élodie", "Zoé", "Loïc", "Hélène", "Jérôme", "Noémie", "Côme", "Gaëlle", "Théo"],
    family: &["Lefèvre", "Garçon", "Dupré", "Béranger", "Lacroix", "Noël", "Fournier", "Delâtre", "Marchand", "Benoît"],
    legal: ("", " SARL"),
    trades: &["Énergie", "Mécanique", "Textile", "Conseil", "Logistique", "Santé", "Pâtisserie", "Études"],
    has_family_first: false,
};

const CH: Country = Country {
    code: "CH",
    currency: "CHF",
    dialling: "+41",
    cities: &["Zürich", "Genève", "Bern", "Basel", "Neuchâtel", "Lugano"],
    given: &["Reto", "Ursina", "Beat", "Céline", "Urs", "Flurina", "Jean-Luc", "Chiara"],
    family: &["Zürcher", "Bächtold", "Rüegg", "Jeanneret", "Caduff", "Brönnimann", "Favre", "Bernasconi"],
    legal: ("", " AG"),
    trades: &["Präzision", "Uhren", "Pharma", "Treuhand", "Feinmechanik", "Chocolat"],
    has_family_first: false,
};

const ES: Country = Country {
    code: "ES",
    currency: "EUR",
    dialling: "+34",
    cities: &["Madrid", "Málaga", "Cádiz", "A Coruña", "València", "León"],
    given: &["Íñigo", "Lucía", "Álvaro", "María", "Begoña", "Nicolás", "Rocío", "Xoán"],
    family: &["Muñoz", "Ibáñez", "Peña", "Gutiérrez", "Núñez", "Salazar", "Castaño", "Güell"],
    legal: ("", " S.L."),
    trades: &["Logística", "Energía", "Cerámicas", "Diseño", "Alimentación", "Montañas"],
    has_family_first: false,
};

const IT: Country = Country {
    code: "IT",
    currency: "EUR",
    dialling: "+39",
    cities: &["Milano", "Torino", "Bologna", "Forlì", "Padova", "Cefalù"],
    given: &["Niccolò", "Chiara", "Matteo", "Giulia", "Desirè", "Lorenzo"],
    family: &["D'Angelo", "Bertè", "Ricci", "Cantù", "Ferraro", "Colombo", "Salvatò"],
    legal: ("", " S.r.l."),
    trades: &["Meccanica", "Moda", "Ceramiche", "Impianti", "Qualità", "Elettronica"],
    has_family_first: false,
};

const SE: Country = Country {
    code: "SE",
    currency: "EUR",
    dialling: "+46",
    cities: &["Malmö", "Göteborg", "Västerås", "Örebro", "Umeå"],
    given: &["Åsa", "Björn", "Märta", "Göran", "Linnéa", "Håkan"],
    family: &["Söderström", "Åkesson", "Öberg", "Sjögren", "Lindqvist", "Hägg"],
    legal: ("", " AB"),
    trades: &["Mekanik", "Trä", "Miljö", "Möbler", "Kraft"],
    has_family_first: false,
};

const PL: Country = Country {
    code: "PL",
    currency: "EUR",
    dialling: "+48",
    cities: &["Kraków", "Łódź", "Wrocław", "Gdańsk", "Poznań"],
    given: &["Łukasz", "Małgorzata", "Paweł", "Agnieszka", "Żaneta", "Michał"],
    family: &["Wójcik", "Nowak", "Świątek", "Król", "Wróbel", "Zając", "Gołąb"],
    legal: ("", " sp. z o.o."),
    trades: &["Budowa", "Żywność", "Części", "Narzędzia", "Usługi"],
    has_family_first: false,
};

const CZ: Country = Country {
    code: "CZ",
    currency: "EUR",
    dialling: "+420",
    cities: &["Praha", "Brno", "Plzeň", "České Budějovice"],
    given: &["Jiří", "Šárka", "Ondřej", "Zdeňka", "Tomáš"],
    family: &["Krejčí", "Martinů", "Dolejší", "Jirků", "Tomešů", "Petrů"],
    legal: ("", " s.r.o."),
    trades: &["Strojírny", "Sklárny", "Pivovar", "Řešení"],
    has_family_first: false,
};

const GR: Country = Country {
    code: "GR",
    currency: "EUR",
    dialling: "+30",
    cities: &["Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο"],
    given: &["Γιώργος/Giorgos", "Ελένη/Eleni", "Νίκος/Nikos", "Δήμητρα/Dimitra", "Κώστας/Kostas"],
    family: &["Οικονόμου/Oikonomou", "Γεωργίου/Georgiou", "Νικολάου/Nikolaou", "Ιωάννου/Ioannou", "Αντωνίου/Antoniou"],
    legal: ("", " Α.Ε."),
    trades: &["Ναυτιλιακή/Naftiliaki", "Τροφές/Trofes", "Ενέργεια/Energeia", "Κατασκευές/Kataskeves"],
    has_family_first: false,
};

const UA: Country = Country {
    code: "UA",
    currency: "USD",
    dialling: "+380",
    cities: &["Київ", "Львів", "Одеса", "Дніпро"],
    given: &["Олександр/Oleksandr", "Оксана/Oksana", "Андрій/Andrii", "Ірина/Iryna", "Юлія/Yuliia"],
    family: &["Шевченко/Shevchenko", "Коваленко/Kovalenko", "Бойко/Boiko", "Мельник/Melnyk", "Ткачук/Tkachuk"],
    legal: ("ТОВ «", "»"),
    trades: &["Агро/Agro", "Енергія/Enerhiia", "Будівництво/Budivnytstvo", "Технології/Tekhnolohii"],
    has_family_first: false,
};

const BG: Country = Country {
    code: "BG",
    currency: "EUR",
    dialling: "+359",
    cities: &["София", "Пловдив", "Варна"],
    given: &["Георги/Georgi", "Николай/Nikolay", "Димитър/Dimitar", "Любомир/Lyubomir"],
    family: &["Иванов/Ivanov", "Петров/Petrov", "Димитров/Dimitrov", "Стоянов/Stoyanov"],
    legal: ("", " ООД"),
    trades: &["Храни/Hrani", "Машини/Mashini", "Търговия/Targovia"],
    has_family_first: false,
};

const JP: Country = Country {
    code: "JP",
    currency: "USD",
    dialling: "+81",
    cities: &["東京", "大阪", "名古屋", "福岡", "札幌"],
    given: &["健太/Kenta", "美咲/Misaki", "翔太/Shota", "さくら/Sakura", "大輔/Daisuke"],
    family: &["佐藤/Sato", "鈴木/Suzuki", "高橋/Takahashi", "田中/Tanaka", "渡辺/Watanabe", "小林/Kobayashi"],
    legal: ("株式会社", ""),
    trades: &["製作所/Seisakusho", "電機/Denki", "商事/Shoji", "工業/Kogyo", "テクノロジー/Technology"],
    has_family_first: true,
};

const CN: Country = Country {
    code: "CN",
    currency: "USD",
    dialling: "+86",
    cities: &["上海", "北京", "深圳", "杭州"],
    given: &["伟/Wei", "芳/Fang", "秀英/Xiuying", "敏/Min", "建国/Jianguo"],
    family: &["王/Wang", "李/Li", "张/Zhang", "刘/Liu", "陈/Chen", "赵/Zhao"],
    legal: ("", "有限公司"),
    trades: &["科技/Keji", "电子/Dianzi", "机械/Jixie", "物流/Wuliu"],
    has_family_first: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mailbox_and_domain_is_ascii() {
        let mut dice = Dice::of(1, "names", 0);
        for _ in 0..3_000 {
            let country = country(&mut dice);
            let person = country.person(&mut dice);
            let (_, _, domain) = country.company(&mut dice);
            let (given, family) = person.mailbox.split_once('.').expect("two parts");
            assert!(!given.is_empty() && !family.is_empty(), "{}", person.name);
            assert!(domain.is_ascii() && !domain.starts_with('-') && !domain.contains("-."), "{domain}");
        }
    }
}
