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
}
