// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_RECIPE_HPP
#define OPENCV_DNN_RPN_TRAIN_RECIPE_HPP

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/dnn_rpn_train/params.hpp"

namespace cv {
namespace dnn_rpn_train {

//! @addtogroup dnn_rpn_train
//! @{

//! How long a training may take: what is set by the images is the same, how much of it differs.
enum Recipe
{
    RECIPE_QUICK = 0,    //!< "quick": minutes on two cores; to see whether it works
    RECIPE_BALANCED = 1, //!< "balanced": ten minutes or so for a few hundred images
    RECIPE_BEST = 2      //!< "best": an hour or more
};

//! What a recipe chose for one parameter, and why.
struct CV_EXPORTS_W_SIMPLE RecipeChoice
{
    CV_PROP String parameter; //!< as in TrainParams::set()
    CV_PROP String value;
    CV_PROP String reason;
};

/** @brief Sets what should follow from the images: the input's size, epochs, schedule, moving average and
augmentation.

Size: the images' shape (median), sides that are multiples of 32, as many pixels as the recipe affords, and up
to 1.6 times the sides where one in twenty objects would be smaller than 16 pixels (square root of the area);
never above the images' own. Epochs: so that images x pixels come to the recipe's budget, within limits.

@param recipe how long it may take
@param dataset what will be trained on; sizes must be known
@param given names of parameters that were set on purpose, and stay
@param params changed
@return what was chosen, in the order of TrainParams::parameters(); cv::Exception if the data set is empty */
CV_EXPORTS_W std::vector<RecipeChoice> applyRecipe(Recipe recipe, const Dataset& dataset,
                                                   const std::vector<String>& given,
                                                   CV_IN_OUT TrainParams& params);

//! The parameters that applyRecipe() may set.
CV_EXPORTS_W std::vector<String> recipeParameters();

//! @}

} // namespace dnn_rpn_train

namespace dnn_rpn {

template<>
CV_EXPORTS const std::vector<KindRow<dnn_rpn_train::Recipe>>& kindRows<dnn_rpn_train::Recipe>();

} // namespace dnn_rpn
} // namespace cv

#endif
