"""What stands on a return label, in the languages of buyers; of another language's buyer in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReturnWords:
    """The words of one language; `steps` are done one after the other, `customs` where a border is crossed."""

    title: str
    sender: str
    receiver: str
    order: str
    number: str
    stamp: str
    cut: str
    steps: tuple[str, str, str, str]
    customs: str


_WORDS: Mapping[str, ReturnWords] = {
    "en": ReturnWords(
        "Return", "From", "To", "Order", "Return number", "Postage", "Cut here",
        (
            "Pack the items well, if possible in the box they came in, and put this sheet's upper part inside.",
            "Cut off the lower part along the line.",
            "Cover or remove the old label and fix this one over it, flat and whole.",
            "Hand it in at the carrier's counter and keep the receipt until your refund has come.",
        ),
        "Add a customs declaration (CN 22 or CN 23) and tick “Returned goods”.",
    ),
    "zh": ReturnWords(
        "退货", "寄件人", "收件人", "订单", "退货编号", "邮资", "沿此线剪开",
        (
            "请妥善包装商品，尽量使用原包装箱，并将本页上半部分放入箱内。",
            "沿虚线剪下下半部分。",
            "遮盖或撕去旧面单，将本面单平整贴在上面。",
            "交给承运商网点，并保留收据直至收到退款。",
        ),
        "请附上报关单（CN 22 或 CN 23），并勾选“退回货物”。",
    ),
    "de": ReturnWords(
        "Rücksendung", "Von", "An", "Bestellung", "Retourennummer", "Porto", "Hier abschneiden",
        (
            "Verpacken Sie die Artikel gut, möglichst im ursprünglichen Karton, und legen Sie den oberen Teil bei.",
            "Schneiden Sie den unteren Teil an der Linie ab.",
            "Entfernen oder überkleben Sie das alte Etikett und kleben Sie dieses glatt und vollständig auf.",
            "Geben Sie das Paket beim Zusteller ab und bewahren Sie den Beleg bis zur Erstattung auf.",
        ),
        "Legen Sie eine Zollinhaltserklärung (CN 22 oder CN 23) bei und kreuzen Sie „Rückware“ an.",
    ),
    "fr": ReturnWords(
        "Retour", "De", "À", "Commande", "Numéro de retour", "Affranchissement", "Découper ici",
        (
            "Emballez bien les articles, si possible dans leur carton d'origine, et joignez le haut de cette feuille.",
            "Découpez la partie inférieure le long de la ligne.",
            "Retirez ou couvrez l'ancienne étiquette et collez celle-ci à plat, en entier.",
            "Déposez le colis chez le transporteur et gardez le reçu jusqu'au remboursement.",
        ),
        "Joignez une déclaration en douane (CN 22 ou CN 23) et cochez « Retour de marchandises ».",
    ),
    "es": ReturnWords(
        "Devolución", "De", "Para", "Pedido", "Número de devolución", "Franqueo", "Cortar aquí",
        (
            "Embale bien los artículos, si es posible en su caja original, e incluya la parte superior de esta hoja.",
            "Corte la parte inferior por la línea.",
            "Retire o cubra la etiqueta antigua y pegue esta encima, lisa y entera.",
            "Entregue el paquete al transportista y guarde el resguardo hasta recibir el reembolso.",
        ),
        "Adjunte una declaración de aduana (CN 22 o CN 23) y marque «Mercancía devuelta».",
    ),
    "it": ReturnWords(
        "Reso", "Da", "A", "Ordine", "Numero di reso", "Affrancatura", "Tagliare qui",
        (
            "Imballa bene gli articoli, se possibile nella scatola originale, e includi la parte superiore del foglio.",
            "Ritaglia la parte inferiore lungo la linea.",
            "Togli o copri la vecchia etichetta e incolla questa, piatta e intera.",
            "Consegna il pacco al corriere e conserva la ricevuta fino al rimborso.",
        ),
        "Allega una dichiarazione doganale (CN 22 o CN 23) e spunta «Merce di ritorno».",
    ),
    "pt": ReturnWords(
        "Devolução", "De", "Para", "Pedido", "Número da devolução", "Franquia", "Cortar aqui",
        (
            "Embale bem os artigos, se possível na caixa original, e inclua a parte superior desta folha.",
            "Corte a parte inferior pela linha.",
            "Retire ou cubra a etiqueta antiga e cole esta por cima, lisa e inteira.",
            "Entregue a encomenda à transportadora e guarde o recibo até receber o reembolso.",
        ),
        "Junte uma declaração alfandegária (CN 22 ou CN 23) e assinale «Mercadoria devolvida».",
    ),
    "nl": ReturnWords(
        "Retour", "Van", "Aan", "Bestelling", "Retournummer", "Frankering", "Hier afknippen",
        (
            "Verpak de artikelen goed, liefst in de oorspronkelijke doos, en doe het bovenste deel van dit blad erbij.",
            "Knip het onderste deel langs de lijn af.",
            "Verwijder of bedek het oude etiket en plak dit er vlak en in zijn geheel op.",
            "Lever het pakket in bij de vervoerder en bewaar het bewijs tot u uw geld terug hebt.",
        ),
        "Voeg een douaneverklaring (CN 22 of CN 23) toe en kruis “Retourgoederen” aan.",
    ),
    "pl": ReturnWords(
        "Zwrot", "Od", "Do", "Zamówienie", "Numer zwrotu", "Opłata", "Odciąć tutaj",
        (
            "Zapakuj artykuły starannie, najlepiej w oryginalny karton, i dołącz górną część tej kartki.",
            "Odetnij dolną część wzdłuż linii.",
            "Usuń lub zaklej starą etykietę i naklej tę płasko i w całości.",
            "Nadaj paczkę u przewoźnika i zachowaj potwierdzenie do czasu zwrotu pieniędzy.",
        ),
        "Dołącz deklarację celną (CN 22 lub CN 23) i zaznacz „Zwrot towaru”.",
    ),
    "sv": ReturnWords(
        "Retur", "Från", "Till", "Order", "Returnummer", "Porto", "Klipp här",
        (
            "Packa varorna väl, helst i originalkartongen, och lägg i bladets övre del.",
            "Klipp av den nedre delen längs linjen.",
            "Ta bort eller täck den gamla etiketten och fäst denna slät och hel.",
            "Lämna in paketet hos transportören och spara kvittot tills pengarna har kommit.",
        ),
        "Bifoga en tulldeklaration (CN 22 eller CN 23) och kryssa för ”Returgods”.",
    ),
    "ru": ReturnWords(
        "Возврат", "От", "Кому", "Заказ", "Номер возврата", "Почтовый сбор", "Линия отреза",
        (
            "Упакуйте товары, по возможности в исходную коробку, и вложите верхнюю часть этого листа.",
            "Отрежьте нижнюю часть по линии.",
            "Удалите или закройте старую наклейку и ровно наклейте эту целиком.",
            "Сдайте посылку перевозчику и храните квитанцию до возврата денег.",
        ),
        "Приложите таможенную декларацию (CN 22 или CN 23) и отметьте «Возврат товара».",
    ),
    "ja": ReturnWords(
        "返品", "差出人", "宛先", "ご注文番号", "返品番号", "切手", "ここで切り取る",
        (
            "商品をできるだけ元の箱にしっかり梱包し、この用紙の上半分を同封してください。",
            "線に沿って下半分を切り取ってください。",
            "古いラベルをはがすか覆い、このラベルを平らに貼ってください。",
            "配送業者に荷物を渡し、返金まで控えを保管してください。",
        ),
        "税関告知書（CN 22 または CN 23）を添付し、「返送品」に印を付けてください。",
    ),
    "ko": ReturnWords(
        "반품", "보내는 사람", "받는 사람", "주문 번호", "반품 번호", "우편 요금", "자르는 선",
        (
            "상품을 가능하면 원래 상자에 잘 포장하고 이 용지의 윗부분을 함께 넣어 주세요.",
            "선을 따라 아랫부분을 잘라 주세요.",
            "기존 라벨을 떼거나 가리고 이 라벨을 평평하게 붙여 주세요.",
            "운송사에 소포를 맡기고 환불될 때까지 영수증을 보관해 주세요.",
        ),
        "세관신고서(CN 22 또는 CN 23)를 첨부하고 ‘반송품’에 표시해 주세요.",
    ),
    "ar": ReturnWords(
        "إرجاع", "من", "إلى", "الطلب", "رقم الإرجاع", "رسوم البريد", "قص هنا",
        (
            "غلّف المنتجات جيدًا، في علبتها الأصلية إن أمكن، وضع الجزء العلوي من هذه الورقة معها.",
            "قص الجزء السفلي على طول الخط.",
            "أزل الملصق القديم أو غطّه وألصق هذا الملصق كاملًا ومستويًا.",
            "سلّم الطرد إلى شركة الشحن واحتفظ بالإيصال حتى تسترد المبلغ.",
        ),
        "أرفق إقرارًا جمركيًا (CN 22 أو CN 23) وضع علامة عند «بضائع مرتجعة».",
    ),
}  # fmt: skip
LANGUAGES = frozenset(_WORDS)


def return_words(language: str) -> ReturnWords:
    """The words in a language (ISO 639-1, with or without a region), else in English."""
    return _WORDS.get(language.replace("_", "-").partition("-")[0].lower(), _WORDS["en"])
