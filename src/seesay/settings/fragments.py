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
        description="which row of a picture's codes is the whole picture; it becomes region 0."
        " unknown: regions have the numbers of their rows",
    )
    on_bad_input: Literal["reject", "fail"] = Field(
        default="reject",
        description="reject codes with a wrong shape, or of a picture that no corpus has; or end"
        " the run (fail)",
    )
