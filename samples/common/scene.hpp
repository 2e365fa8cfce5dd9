// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_SCENE_HPP
#define DNN_RPN_SAMPLES_SCENE_HPP

#include <string>
#include <vector>

#include "opencv2/core.hpp"

//! One drawn object.
struct SceneObject
{
    std::string name; //!< cell, ring or plate
    cv::Rect box;     //!< what of it lies in the image
    bool difficult;   //!< others hide most of it
};

//! A drawn image and what is on it.
struct Scene
{
    cv::Mat image; //!< 8-bit BGR
    std::vector<SceneObject> objects;
};

/** @brief Draws textured cells, rings and plates that overlap, on an uneven, noisy ground with dust and
scratches that are no objects. Some scenes are empty.
@param size of the image
@param rng the same state gives the same scene
@param objects so many, as far as there is room for them to be seen; 0: 3 to 14, and a twentieth are empty */
Scene drawScene(cv::Size size, cv::RNG& rng, int objects = 0);

#endif
