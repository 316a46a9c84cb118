//! Names as TypeScript writes them.

/// `some_name` as `someName`.
pub(crate) fn camel(name: &str) -> String {
    let mut upper = false;
    let letters = name.chars().filter_map(|letter| {
        if letter == '_' {
            upper = true;
            return None;
        }
        let cased = if upper {
            letter.to_ascii_uppercase()
        } else {
            letter
        };
        upper = false;
        Some(cased)
    });
    letters.collect()
}

/// `SomeName` as `some_name`.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// A TSDoc comment, or nothing.
pub(crate) fn docs(text: &str, indent: &str) -> String {
    let text = text.trim();
    match text.lines().count() {
        0 => String::new(),
        1 => format!("{indent}/** {text} */\n"),
        _ => {
            let lines: String = text
                .lines()
                .map(|line| format!("{indent} * {}\n", line.trim()))
                .collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}
