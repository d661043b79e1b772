/// Letters that are written as one character or as a letter and a mark after it: macOS and many phones use the second form in names
/// of files. For searching the two are made one.
///
/// Only folded (small) letters are needed; Hangul is composed by formula. Unicode §3.12, UAX #15
enum CombiningMarks {
    /// What a letter and the mark after it make together; `nil` when there is no such character.
    static func composed(_ letter: UInt32, _ mark: UInt32) -> UInt32? {
        if let syllable = hangul(letter, mark) { return syllable }
        return isMark(mark) ? table[UInt64(letter) << 32 | UInt64(mark)] : nil
    }

    /// Whether a scalar may join with the one before it.
    @inline(__always) static func mayJoin(_ scalar: UInt32) -> Bool {
        scalar >= 0x300 && (isMark(scalar) || scalar &- 0x1161 < 0x62)
    }

    @inline(__always) private static func isMark(_ scalar: UInt32) -> Bool {
        scalar &- 0x300 < 0x32 || scalar &- 0x653 < 3 || scalar == 0x3099 || scalar == 0x309A
    }

    /// A leading consonant and a vowel, or that syllable and a trailing consonant.
    private static func hangul(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first &- 0x1100 < 19, second &- 0x1161 < 21 { return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28 }
        if first &- 0xAC00 < 11172, (first - 0xAC00) % 28 == 0, second &- 0x11A8 < 27 { return first + second - 0x11A7 }
        return nil
    }

    private static let table: [UInt64: UInt32] = {
        var table: [UInt64: UInt32] = [:]
        for (mark, letters) in pairs {
            let scalars = letters.unicodeScalars.map(\.value)
            for i in stride(from: 0, to: scalars.count - 1, by: 2) { table[UInt64(scalars[i]) << 32 | mark] = scalars[i + 1] }
        }
        return table
    }()

    /// Each mark with its letters, plain and marked by turns.
    private static let pairs: [(mark: UInt64, letters: String)] = [
        (0x0300, "aàeèiìoòuùüǜnǹеѐиѝēḕōṑwẁâầăằêềôồơờưừyỳ"),  // grave accent
        (0x0301, "aáeéiíoóuúyýcćlĺnńrŕsśzźüǘgǵåǻæǽøǿϊΐαάεέηήιίϋΰοό"),  // acute accent
        (0x0301, "υύωώϒϓгѓкќçḉēḗïḯkḱmḿõṍōṓpṕũṹwẃâấăắêếôốơớưứ"),  // acute accent
        (0x0302, "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷzẑạậẹệọộ"),  // circumflex accent
        (0x0303, "aãnñoõiĩuũvṽâẫăẵeẽêễôỗơỡưữyỹ"),  // tilde
        (0x0304, "aāeēiīoōuūüǖäǟȧǡæǣǫǭöȫõȭȯȱyȳиӣуӯgḡḷḹṛṝ"),  // macron
        (0x0306, "aăeĕgğiĭoŏuŭийуўжӂаӑеӗȩḝạặ"),  // breve
        // The capital İ becomes a small i with a dot above it, which is an i.
        (0x0307, "ii"),
        (0x0307, "cċeėgġzżaȧoȯbḃdḋfḟhḣmṁnṅpṗrṙsṡśṥšṧṣṩtṫwẇxẋyẏ"),  // dot above
        (0x0308, "aäeëiïoöuüyÿιϊυϋϒϔеёіїаӓәӛжӝзӟиӥоӧөӫэӭуӱчӵыӹhḧõṏūṻwẅxẍtẗ"),  // diaeresis
        (0x0309, "aảâẩăẳeẻêểiỉoỏôổơởuủưửyỷ"),  // hook above
        (0x030A, "aåuůwẘyẙ"),  // ring above
        (0x030B, "oőuűуӳ"),  // double acute accent
        (0x030C, "cčdďeělľnňrřsštťzžaǎiǐoǒuǔüǚgǧkǩʒǯjǰhȟ"),  // caron
        (0x030F, "aȁeȅiȉoȍrȑuȕѵѷ"),  // double grave accent
        (0x0311, "aȃeȇiȋoȏrȓuȗ"),  // inverted breve
        (0x031B, "oơuư"),  // horn
        (0x0323, "bḅdḍhḥkḳlḷmṃnṇrṛsṣtṭvṿwẉzẓaạeẹiịoọơợuụưựyỵ"),  // dot below
        (0x0324, "uṳ"),  // diaeresis below
        (0x0325, "aḁ"),  // ring below
        (0x0326, "sștț"),  // comma below
        (0x0327, "cçgģkķlļnņrŗsştţeȩdḑhḩ"),  // cedilla
        (0x0328, "aąeęiįuųoǫ"),  // ogonek
        (0x032D, "dḓeḙlḽnṋtṱuṷ"),  // circumflex accent below
        (0x032E, "hḫ"),  // breve below
        (0x0330, "eḛiḭuṵ"),  // tilde below
        (0x0331, "bḇdḏkḵlḻnṉrṟtṯzẕhẖ"),  // macron below
        (0x0653, "اآ"),  // arabic maddah above
        (0x0654, "اأوؤيئەۀہۂےۓ"),  // arabic hamza above
        (0x0655, "اإ"),  // arabic hamza below
        (0x3099, "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔゝゞカガキギ"),  // katakana-hiragana voiced
        (0x3099, "クグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヰヸヱヹヲヺヽヾ"),  // katakana-hiragana voiced
        (0x309A, "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"),  // katakana-hiragana semi-voiced
    ]
}
