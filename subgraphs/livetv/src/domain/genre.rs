//! What kind of programme something is: a closed list, after the content descriptor of DVB.

/// What kind of programme it is: ETSI EN 300 468, table 28, level 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Genre {
    /// Films and drama.
    Movie,
    /// News and current affairs.
    News,
    /// Shows and games.
    Show,
    /// Sports.
    Sport,
    /// For children and the young.
    Children,
    /// Music, ballet, dance.
    Music,
    /// Arts and culture.
    Arts,
    /// Social, political and economic matters.
    Social,
    /// Education, science, facts, documentaries.
    Education,
    /// Leisure and hobbies.
    Leisure,
    /// Something else that a guide names.
    Other,
}

impl Genre {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Movie,
        Self::News,
        Self::Show,
        Self::Sport,
        Self::Children,
        Self::Music,
        Self::Arts,
        Self::Social,
        Self::Education,
        Self::Leisure,
        Self::Other,
    ];

    /// Its name, as it is stored and told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Movie => "MOVIE",
            Self::News => "NEWS",
            Self::Show => "SHOW",
            Self::Sport => "SPORT",
            Self::Children => "CHILDREN",
            Self::Music => "MUSIC",
            Self::Arts => "ARTS",
            Self::Social => "SOCIAL",
            Self::Education => "EDUCATION",
            Self::Leisure => "LEISURE",
            Self::Other => "OTHER",
        }
    }

    /// The genre of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|genre| genre.name() == name)
    }

    /// The genre that a guide's category means, in the languages of many guides; none when no word of it is known.
    pub fn of_category(category: &str) -> Option<Self> {
        let category = category.to_lowercase();
        if ["science fiction", "science-fiction", "sci-fi"]
            .iter()
            .any(|name| category.contains(name))
        {
            return Some(Self::Movie);
        }
        let words: Vec<&str> = category
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let means = |stem: &&str| match stem.strip_suffix('*') {
            Some(begin) => words.iter().any(|word| word.starts_with(begin)),
            None => words.contains(stem),
        };
        let found = STEMS.iter().find(|(_, stems)| stems.iter().any(means));
        found.map(|(genre, _)| *genre)
    }
}

/// Words of categories in the languages of many guides; `*`: whatever follows. What stands first wins: a children's film
/// is for children.
const STEMS: [(Genre, &[&str]); 11] = [
    (
        Genre::Children,
        &[
            "child*",
            "kinder*",
            "kids",
            "enfant*",
            "jeunesse",
            "infantil*",
            "bambini",
            "ragazzi",
            "jeugd*",
            "barn",
            "børn",
            "dzieci*",
            "cartoon*",
            "zeichentrick*",
            "animat*",
            "animación",
            "anime",
            "preschool",
            "dibujos",
            "youth",
            "jugend*",
            "toddler*",
        ],
    ),
    (
        Genre::Sport,
        &[
            "sport*",
            "esporte*",
            "deporte*",
            "desporto*",
            "football*",
            "soccer",
            "fußball*",
            "fussball*",
            "fútbol",
            "futbol",
            "futebol",
            "calcio",
            "voetbal*",
            "fotboll",
            "tennis",
            "golf",
            "rugby",
            "cricket",
            "basketball*",
            "baseball*",
            "hockey",
            "eishockey",
            "handball",
            "volleyball",
            "motorsport*",
            "formula",
            "boxing",
            "boxen",
            "athletics",
            "leichtathletik",
            "cycling",
            "radsport",
            "ciclismo",
            "cyclisme",
            "wintersport*",
            "olymp*",
            "snooker",
            "darts",
            "racing",
            "wrestling",
            "ski",
            "skiing",
            "swimming",
            "gymnastics",
        ],
    ),
    (
        Genre::News,
        &[
            "news*",
            "nachrichten*",
            "actualité*",
            "noticia*",
            "notícia*",
            "notizi*",
            "nieuws*",
            "nyheter",
            "nyheder",
            "wiadomości",
            "current",
            "weather",
            "wetter*",
            "météo",
            "meteo",
            "tagesschau",
            "telegiornale",
            "informativo*",
            "telediario",
            "journal",
        ],
    ),
    (
        Genre::Education,
        &["document*", "dokument*", "documental*", "doku*", "docu*", "reportage*"],
    ),
    (
        Genre::Movie,
        &[
            "movie*",
            "film*",
            "cinema",
            "cinéma",
            "kino*",
            "spielfilm*",
            "película*",
            "pelicula*",
            "drama*",
            "dramat*",
            "thriller*",
            "comed*",
            "komödie*",
            "comédie*",
            "commedia",
            "romance",
            "romantic",
            "western*",
            "horror*",
            "crime",
            "krimi*",
            "policier",
            "adventure*",
            "abenteuer*",
            "aventure*",
            "soap*",
            "sitcom*",
            "telenovela*",
            "action*",
            "mystery",
            "fantasy",
            "feature",
            "suspense",
        ],
    ),
    (
        Genre::Music,
        &[
            "music*", "musik*", "musique*", "música*", "muzyk*", "muziek*", "concert*", "konzert*", "ballet", "opera*",
            "oper", "opéra", "dance", "danse", "tanz*", "jazz", "pop", "rock",
        ],
    ),
    (
        Genre::Show,
        &[
            "show*",
            "game*",
            "quiz*",
            "talk*",
            "variety",
            "reality*",
            "unterhaltung*",
            "entertainment*",
            "entretenimiento",
            "intrattenimento",
            "divertissement*",
            "concurso*",
            "jeu",
            "jeux",
            "spiel*",
            "amusement",
            "contest",
        ],
    ),
    (
        Genre::Arts,
        &[
            "art",
            "arts",
            "arte",
            "kunst*",
            "kultur*",
            "cultur*",
            "theatre",
            "theater*",
            "théâtre",
            "literatur*",
            "fashion",
            "mode",
            "relig*",
        ],
    ),
    (
        Genre::Social,
        &[
            "politi*",
            "polític*",
            "social*",
            "sozial*",
            "socié*",
            "gesellschaft*",
            "econom*",
            "économ*",
            "wirtschaft*",
            "debate*",
            "débat*",
            "parliament*",
            "business*",
            "finance",
            "magazin*",
        ],
    ),
    (
        Genre::Education,
        &[
            "educat*",
            "éducat*",
            "bildung*",
            "science*",
            "ciencia*",
            "scienza",
            "wissen*",
            "histor*",
            "geschicht*",
            "histoire",
            "nature*",
            "natur",
            "wildlife",
            "factual",
            "technolog*",
            "medicin*",
            "medical",
            "language*",
            "animals",
        ],
    ),
    (
        Genre::Leisure,
        &[
            "leisure",
            "hobby",
            "hobbies",
            "freizeit",
            "travel*",
            "reise*",
            "voyage*",
            "viaje*",
            "viaggi*",
            "cook*",
            "koch*",
            "cuisine*",
            "cocina",
            "cucina",
            "food",
            "garden*",
            "garten*",
            "home",
            "property",
            "lifestyle",
            "diy",
            "motoring",
            "auto*",
            "shopping",
            "fitness",
            "health*",
            "gesundheit*",
            "antiques",
            "house*",
            "consumer",
            "ratgeber",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_of_many_languages_are_one_genre_or_none() {
        for (category, genre) in [
            ("Movie", Some(Genre::Movie)),
            ("Spielfilm", Some(Genre::Movie)),
            ("Science Fiction", Some(Genre::Movie)),
            ("Science", Some(Genre::Education)),
            ("Children's film", Some(Genre::Children)),
            ("Sports news", Some(Genre::Sport)),
            ("Nachrichten", Some(Genre::News)),
            ("Dokumentarfilm", Some(Genre::Education)),
            ("Game show", Some(Genre::Show)),
            ("MÚSICA", Some(Genre::Music)),
            ("Property", Some(Genre::Leisure)),
            ("Magazine", Some(Genre::Social)),
            ("Series", None),
            ("party", None),
            ("", None),
        ] {
            assert_eq!(Genre::of_category(category), genre, "{category}");
        }
        assert!(
            Genre::ALL
                .into_iter()
                .all(|genre| Genre::parse(genre.name()) == Some(genre))
        );
    }
}
