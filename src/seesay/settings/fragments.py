"""Settings of the stage fragments."""

from typing import Literal

from pydantic import Field

from seesay.settings import Settings, UserPath


class FragmentsSettings(Settings):
    """Ready-made fragments that replace the stages regions and fc7."""

    path: UserPath = Field(
        description="folder of split_train_img.mat, split_val_img.mat and split_test_img.mat",
    )
    whole: Literal["unknown", "first", "last"] = Field(
        default="unknown",
        description="row of a picture's codes that is the whole image, and becomes region 0;"
        " unknown: rows are numbered in their order",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject codes of another shape, or of a picture that no corpus has; or end"
        " the run (fail)",
    )
