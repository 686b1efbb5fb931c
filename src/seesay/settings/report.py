"""Settings of the stage report."""

from pydantic import Field

from seesay.settings import Settings


class ReportSettings(Settings):
    """What the report shows."""

    title: str = Field(
        default="Words learned from pictures and speech",
        min_length=1,
        description="heading of the page",
    )
    pictures: int = Field(
        default=12, ge=0, le=100, description="example pictures, spread over the test split"
    )
    thumbnail: int = Field(
        default=320, ge=64, le=1024, description="longer side of an example picture as shown, in px"
    )
    rows: int = Field(
        default=400,
        ge=1,
        le=5000,
        description="largest number of rows in the tables of replacements and of rejects",
    )
    examples: int = Field(
        default=3, ge=1, le=20, description="rejects shown as examples of each reason"
    )
    tried: int = Field(
        default=0,
        ge=0,
        description="number of configurations that were compared on the validation set before;"
        " the study reports it",
    )
