"""`python foreign.py DIR`: writes texts unlike the built-in ones, prints the overrides they need.

German, Greek and Japanese-like questions to an office, by author, in a CSV as a German spreadsheet
saves it: semicolons, a byte-order mark, quotes, line breaks inside a text, names beyond ASCII.
"""

import csv
import random
import sys
from pathlib import Path

TOPICS = {
    "Müll & Straße": (
        [
            "Die Mülltonne in der {} wurde nicht geleert",
            "Auf der {} liegt Sperrmüll",
            "Das Schlagloch in der {} ist tief",
        ],
        ["Ο κάδος στην οδό {} δεν άδειασε", "Η λακκούβα στην {} είναι βαθιά"],
        ["{}のごみが収集されません", "{}の道路に穴があります"],
    ),
    "Ausweis": (
        [
            "Mein Reisepass läuft bald ab, ich wohne in der {}",
            "Wie beantrage ich einen Personalausweis in der {}?",
        ],
        ["Το διαβατήριό μου λήγει, μένω στην {}", "Πώς βγάζω ταυτότητα στην {};"],
        ["{}に住んでいます。旅券の更新をしたいです", "{}で身分証明書を申請したい"],
    ),
    "Κήπος": (
        ["Der Park an der {} braucht mehr Bäume", "Wer gießt die Blumen in der {}?"],
        ["Τα δέντρα στην {} ξεράθηκαν", "Ποιος ποτίζει τα λουλούδια στην {};"],
        ["{}の公園の木が枯れています", "{}の花に水をやるのは誰ですか"],
    ),
    "図書館": (
        [
            "Das Buch aus der Bücherei {} ist überfällig",
            "Wann öffnet die Bibliothek {} am Samstag?",
        ],
        ["Το βιβλίο από τη βιβλιοθήκη {} άργησε", "Πότε ανοίγει η βιβλιοθήκη {};"],
        ["{}の図書館の本を返却したい", "{}の図書館は土曜日に開いていますか"],
    ),
}
PLACES = (
    ["Lindenstraße", "Äußere Gasse", "Rosenweg", "Mühlallee"],
    ["Αθηνάς", "Ερμού", "Πατησίων"],
    ["中央区", "北町", "南通り"],
)
SYLLABLES = (
    ["ber", "kö", "lin", "mar", "schu", "ten", "wal", "zie", "gro", "hüb"],
    ["κα", "λο", "πα", "ρι", "στα", "θε", "μυ", "ξε"],
    list("アイカキサシタチナニハヒマミヤラリ"),
)
ENDS = (
    ["bitte um Antwort", "danke schön", "seit Tagen schon", "so geht es nicht"],
    ["ευχαριστώ", "παρακαλώ απαντήστε"],
    ["お願いします", "困っています"],
)


def main(folder: Path) -> None:
    """Writes 480 texts by 160 authors."""
    draw = random.Random(11)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "anfragen.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["Nr", "Anfrage", "Thema", "Verfasser"])
        for number in range(480):
            topic = draw.choice(list(TOPICS))
            author = number % 160
            language = (0, 0, 1, 2)[author % 4]
            text = draw.choice(TOPICS[topic][language]).format(draw.choice(PLACES[language]))
            text += draw.choice([". ", ", ", ";\n", " – "]) + draw.choice(ENDS[language])
            name = ["".join(draw.choices(SYLLABLES[language], k=6)) for _ in range(4)]
            text += " " + " ".join(name).title()
            table.writerow([number, text, topic, f"Bürger {author}"])
    path = (folder / "anfragen.csv").as_posix()
    overrides = {"source": path, "text": "Anfrage", "label": "Thema", "group": "Verfasser"}
    for key, value in overrides.items():
        print(f"data.{key}={value}")
    print("evaluate.min_score=0.6")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
