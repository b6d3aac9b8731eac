# Added by Power Interpreter to matplotlib's font manager: fonts that are asked last for a glyph
# that no other has. A list in font.family would be lost with the first seaborn theme or style
# sheet, which name one font for Latin text; Chinese, Japanese, Korean and emoji must show
# whatever those choose.
_FALLBACK_FONTS = [
    FontPath("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    *(
        FontPath(f"/usr/share/fonts/truetype/noto/{name}.ttf", 0)
        for name in (
            "NotoEmoji",
            "NotoSansSymbols",
            "NotoSansArabic",
            "NotoSansArmenian",
            "NotoSansBengali",
            "NotoSansDevanagari",
            "NotoSansEthiopic",
            "NotoSansGeorgian",
            "NotoSansGujarati",
            "NotoSansGurmukhi",
            "NotoSansHebrew",
            "NotoSansKannada",
            "NotoSansKhmer",
            "NotoSansLao",
            "NotoSansMalayalam",
            "NotoSansMyanmar",
            "NotoSansOriya",
            "NotoSansSinhala",
            "NotoSansTamil",
            "NotoSansTelugu",
            "NotoSansThai",
        )
    ),
]


def _find_fonts_with_fallbacks(self, prop, fontext="ttf", *args, **kwargs):
    found = _find_fonts_without_fallbacks(self, prop, fontext, *args, **kwargs)
    return found + _FALLBACK_FONTS if fontext == "ttf" else found


_find_fonts_without_fallbacks = FontManager._find_fonts_by_props
FontManager._find_fonts_by_props = _find_fonts_with_fallbacks
