//! The shop that public gateway benchmarks ask: six people, nine products, twenty-six reviews, all in memory.

/// `id`, `name`, `username`.
pub const USERS: [(&str, &str, &str); 6] = [
    ("1", "Ada Lovelace", "ada"),
    ("2", "Alan Turing", "alan"),
    ("3", "Grace Hopper", "grace"),
    ("4", "Edsger Dijkstra", "edsger"),
    ("5", "Barbara Liskov", "barbara"),
    ("6", "Donald Knuth", "donald"),
];

/// A product: `upc`, `name`, price, weight, in stock.
pub const PRODUCTS: [(&str, &str, i32, i32, bool); 9] = [
    ("1", "Table", 899, 100, true),
    ("2", "Couch", 1299, 1000, false),
    ("3", "Glass", 15, 20, false),
    ("4", "Chair", 499, 100, false),
    ("5", "Television", 1299, 1000, true),
    ("6", "Lamp", 6999, 300, true),
    ("7", "Grill", 3999, 2000, true),
    ("8", "Fridge", 100_000, 6000, false),
    ("9", "Sofa", 9999, 800, true),
];

/// A review: `id`, author, product, body.
pub const REVIEWS: [(&str, &str, &str, &str); 26] = [
    ("1", "1", "1", "Love it!"),
    ("2", "1", "2", "Too expensive."),
    ("3", "2", "3", "Could be better."),
    ("4", "2", "1", "Prefer something else."),
    (
        "5",
        "3",
        "4",
        "A very good seat, and it came on the day that was promised.",
    ),
    ("6", "3", "5", "The picture is fine, the remote control is not."),
    ("7", "4", "1", "It does not wobble."),
    ("8", "4", "6", "Bright."),
    ("9", "5", "7", "Works in the rain."),
    ("10", "6", "8", "Cold, as a fridge should be."),
    ("11", "6", "1", "Took an afternoon to put together."),
    ("12", "1", "3", "A glass is a glass."),
    ("13", "3", "9", "Soft, wide, and heavier than it looks."),
    ("14", "2", "5", "Too many buttons."),
    ("15", "4", "2", "Nobody has left it since."),
    ("16", "5", "1", "It is a table."),
    ("17", "5", "4", "Creaks."),
    ("18", "6", "9", "It did not go through the door."),
    ("19", "3", "2", "Good."),
    (
        "20",
        "1",
        "4",
        "One leg is shorter than the others, or the floor is not level; we have not found out which.",
    ),
    ("21", "2", "9", "Worth it."),
    (
        "22",
        "4",
        "7",
        "Burns evenly, cleans badly, and looks as it did on the first day after two summers outside.",
    ),
    ("23", "5", "3", "Holds water."),
    ("24", "5", "2", "My third one."),
    (
        "25",
        "6",
        "4",
        "Comfortable enough for an evening, not for a working day.",
    ),
    ("26", "1", "5", "Black bars on every film."),
];
