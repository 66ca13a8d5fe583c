"""Read PDF: the text of a PDF document.

Flow: any node → **readPDF** → any node.  extractFromFile is its successor.
"""

from nodes.files import binary, pdfs
from nodes.files.pdfs import PdfLayout
from nodes.sdk import Blobs, Example, Field, Item, Items, NodeParams, Parameters, Run, node


class ReadPdf(NodeParams):
    """Which document, and how to open it."""

    binary_property_name: binary.PartName = Field("data", description="Binary part that holds the PDF.")
    encrypted: bool = Field(False, description="It needs a password.")
    password: str = Field("", description="The password.")


SMALLEST = (
    "JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZy9QYWdlcyAyIDAgUj4+ZW5kb2JqCjIgMCBvYmo8PC9UeXBlL1BhZ2VzL0tpZHNbMyAwIF"
    "JdL0NvdW50IDE+PmVuZG9iagozIDAgb2JqPDwvVHlwZS9QYWdlL1BhcmVudCAyIDAgUi9NZWRpYUJveFswIDAgOSA5XT4+ZW5kb2JqCnhyZWYK"
    "MCA0CjAwMDAwMDAwMDAgNjU1MzUgZiAKMDAwMDAwMDAwOSAwMDAwMCBuIAowMDAwMDAwMDUyIDAwMDAwIG4gCjAwMDAwMDAxMDEgMDAwMDAgbi"
    "AKdHJhaWxlcjw8L1Jvb3QgMSAwIFIvU2l6ZSA0Pj4Kc3RhcnR4cmVmCjE2MAolJUVPRgo="
)


@node(
    "readPDF",
    group="files",
    title="Read PDF",
    runs="compute",
    examples=[
        Example(
            title="a page without text",
            binary={"data": {"data": SMALLEST, "mimeType": "application/pdf"}},
            then=[
                {
                    "numpages": 1,
                    "numrender": 1,
                    "info": {
                        "PDFFormatVersion": "1.4",
                        "Language": None,
                        "EncryptFilterName": None,
                        "IsLinearized": False,
                        "IsAcroFormPresent": False,
                        "IsXFAPresent": False,
                        "IsCollectionPresent": False,
                        "IsSignaturesPresent": False,
                    },
                    "text": "",
                    "version": pdfs.FORMAT,
                }
            ],
        ),
        Example(
            title="what is no PDF fails",
            binary={"data": {"data": "aGVsbG8=", "mimeType": "application/pdf"}},
            fails="the data is not a valid PDF file",
        ),
    ],
)
async def read_pdf(parameters: Parameters[ReadPdf], items: Items, run: Run, blobs: Blobs) -> Items:
    """Read the text of PDF documents."""

    async def one(index: int, item: Item) -> Items:
        params = parameters(index)
        data = await binary.read(item, params.binary_property_name, blobs)
        layout = PdfLayout(password=params.password if params.encrypted else "")
        return [Item(json=await binary.aside(pdfs.extracted, data, layout), binary=item.binary, paired=index)]

    return await binary.each(items, run, one)
