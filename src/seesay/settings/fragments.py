"""Settings of the stage fragments."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings, UserPath


class FragmentsSettings(Settings):
    """Which ready-made fragments stand in for the stages regions and fc7."""

    path: UserPath = Field(
        description="folder of split_train_img.mat, split_val_img.mat and split_test_img.mat",
    )
    whole: Literal["unknown", "first", "last"] = Field(
        default="unknown",
        description="which row of a picture's codes is the whole image, and so becomes region 0;"
        " unknown: rows are numbered as they come",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="codes of another shape, or of no captioned picture: reject, or end the run",
    )
